"""Train, export and calibrate: `python -m models.training CORPORA`, where CORPORA holds `passages/` and the texts."""

from pathlib import Path
from typing import Annotated

import typer

from models.extraction.model import WEIGHTS
from models.training import annotations, calibrate, export, train
from models.training.encoder import unpack
from models.training.passages import ANNOTATED

TEXTS = (*ANNOTATED, "unlabelled.jsonl.gz", "texts_about_sanctions.jsonl.gz")


def main(
    corpora: Annotated[Path, typer.Argument(help="Folder of the annotated passages and the texts")],
    work: Annotated[Path, typer.Option(help="Folder for the encoder and the checkpoints")] = Path("data/training"),
    epochs: int = train.EPOCHS,
    ours: Annotated[bool, typer.Option(help="Learn from our own annotations too; the weights here did not")] = False,
) -> None:
    """Write trunk.onnx, branch.onnx, tokenizer.json and settings.json to models/weights."""
    encoder = unpack(work / "encoder")
    passages = [corpora / name for name in ANNOTATED]
    if ours:
        passages.append(annotations.write(corpora, work / "ours.jsonl"))
    train.main(encoder=encoder, passages=passages, out=work, epochs=epochs)
    last = work / f"epoch{epochs}.pt"
    export.main(encoder=encoder, checkpoint=last, texts=[corpora / name for name in TEXTS], out=WEIGHTS)
    calibrate.main(passages=passages)


if __name__ == "__main__":
    typer.run(main)
