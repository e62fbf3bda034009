"""The failures of the storage.

UnavailableError
└── StorageError                 the database cannot be read or written
    ├── ConflictError            others were in the way; may be tried again
    └── DuplicateError           there is such a row already
RequestError
├── CursorError                  a cursor is not one that we have handed out
└── TooManyLoginsError           an identity has as many logins as it may
"""

from gateway.model.errors import RequestError, StorageError


class ConflictError(StorageError):
    """Another transaction was in this one's way. Nothing of this one was kept."""


class DuplicateError(StorageError):
    """A row would be there twice. Nothing of the transaction was kept."""


class CursorError(RequestError):
    """A cursor was not handed out here, or for another list."""

    code = "invalid_cursor"
    public = "The cursor is not one that this list has given out."


class TooManyLoginsError(RequestError):
    """An identity would have more logins than it may."""

    code = "too_many_logins"
    public = "This account is connected with as many sign-ins as it may be."
