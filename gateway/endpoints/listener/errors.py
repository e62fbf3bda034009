"""What keeps a listener from starting. It ends the program and reaches no caller."""


class ListenError(Exception):
    """A listener cannot be started; the text says which and why."""
