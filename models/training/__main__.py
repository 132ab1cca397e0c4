"""Train, export and calibrate: `python -m models.training CORPORA`, where CORPORA holds `passages/` and the texts."""

from pathlib import Path
from typing import Annotated

import typer

from models.training import annotations, calibrate, export, train
from models.training.passages import read

KNOWN = ("passages/train.jsonl", "passages/own_train.jsonl")  # what the base has learned from


def main(
    corpora: Annotated[Path, typer.Argument(help="Folder of the annotated passages and the texts")],
    work: Annotated[Path, typer.Option(help="Folder for the checkpoints")] = Path("data/training"),
    epochs: int = train.EPOCHS,
) -> None:
    """Write the model's files to models/weights."""
    known, new = read(corpora / name for name in KNOWN), annotations.passages(corpora)
    last = train.main(known, new, work, epochs=epochs)
    export.main(last)
    calibrate.main([*known, *new])


if __name__ == "__main__":
    typer.run(main)
