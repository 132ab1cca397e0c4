"""Train, export and calibrate: `python -m models.training CORPORA`, where CORPORA holds `passages/` and the texts."""

from pathlib import Path
from typing import Annotated

import typer

from models.extraction.model import WEIGHTS
from models.training import annotations, calibrate, export, refine, train
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
    train.main(encoder=encoder, passages=annotated, out=work / "trained")
    checkpoint = work / "trained" / f"epoch{train.EPOCHS}.pt"
    for number, epochs in enumerate(refine.ROUNDS):
        out = work / f"refined{number}"
        refine.main(encoder=encoder, checkpoint=checkpoint, passages=passages, out=out, epochs=epochs, seed=number)
        checkpoint = out / f"epoch{epochs}.pt"
    texts = [*passages, *(corpora / name for name in TEXTS)]
    export.main(encoder=encoder, checkpoint=checkpoint, texts=texts, out=WEIGHTS)
    calibrate.main(passages=passages)


if __name__ == "__main__":
    typer.run(main)
