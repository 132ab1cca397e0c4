"""Errors that a user can mend."""


class UserError(Exception):
    """What, where and what to do, in one line: the command line shows it and exits with code 1, without a traceback."""


class SetupError(UserError):
    """A part of the installation is missing."""
