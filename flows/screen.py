"""Where commands print."""

from rich.console import Console

LINE = 1000  # characters of a line in a file or pipe, which need not fit a screen


def screen() -> Console:
    """Standard output: folded to a terminal's width, never folded elsewhere."""
    console = Console()
    if not console.is_terminal:
        console.width = LINE
    return console
