"""Why an address could not be had."""

from flows.readers.errors import ReadError


class FetchError(ReadError):
    """An address that gave nothing to read.

    `status` is the HTTP status, None where no answer came. `passing`: the next run should ask again, since the fault
    may be over by then, or a setting may permit what was refused. `again`: another try within this run may help.
    `wait`: seconds that the server wants to be left alone for.
    """

    def __init__(
        self,
        check: str,
        reason: str,
        *,
        status: int | None = None,
        passing: bool = False,
        again: bool = False,
        wait: float | None = None,
    ) -> None:
        """`check` is for programs, `reason` for people."""
        super().__init__(check, reason)
        self.status = status
        self.passing = passing
        self.again = again
        self.wait = wait
