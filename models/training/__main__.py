"""Train, export and calibrate: `python -m models.training CORPORA`, where CORPORA holds `passages/` and the texts."""

from pathlib import Path
from typing import Annotated

import typer

from models.extraction.model import WEIGHTS
from models.training import annotations, calibrate, export, train
from models.training.encoder import unpack
from models.training.passages import ANNOTATED

# What says which sub-words the model keeps: news of all kinds, so that names are cut in the pieces it has learned from.
TEXTS = ("unlabelled.jsonl.gz", "texts_about_sanctions.jsonl.gz", "raw/news_without_sanctions.jsonl.gz")


def main(
    corpora: Annotated[Path, typer.Argument(help="Folder of the annotated passages and the texts")],
    work: Annotated[Path, typer.Option(help="Folder for the encoder and the checkpoints")] = Path("data/training"),
) -> None:
    """Write trunk.onnx, branch.onnx, tokenizer.json and settings.json to models/weights."""
    encoder = unpack(work / "encoder")
    annotated = [corpora / name for name in ANNOTATED]
    passages = [*annotated, annotations.write(corpora, work / "ours.jsonl")]
    # The corpus twice an epoch: its annotators agree more closely than one reader of ours agrees with them.
    train.main(encoder=encoder, passages=[*annotated, *passages], out=work / "trained")
    checkpoint = work / "trained" / f"epoch{train.EPOCHS}.pt"
    texts = [*passages, *(corpora / name for name in TEXTS)]
    export.main(encoder=encoder, checkpoint=checkpoint, texts=texts, out=WEIGHTS)
    calibrate.main(passages=passages)


if __name__ == "__main__":
    typer.run(main)
