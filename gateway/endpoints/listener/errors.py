"""What can go wrong around a listener. Neither reaches a caller."""


class ListenError(Exception):
    """A listener cannot be started; the text says which and why. It ends the program."""


class ClientLeftError(OSError):
    """The application goes on answering a client that is not there any more."""
