"""The least that a Prefect flow costs: `python -m benchmarks.empty_flow`, to set a run against."""

from prefect import flow


@flow
def empty() -> None:
    """Do nothing."""


if __name__ == "__main__":
    empty()
