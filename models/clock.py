"""Time as the store keeps it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Now in UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)
