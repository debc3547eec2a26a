"""What an import says when it can't take something."""


class Unreadable(Exception):
    """The whole of what was given can't be imported; nothing was."""


class BadRow(Exception):
    """One row can't be taken; the message says why, for people. The others are not touched by it."""
