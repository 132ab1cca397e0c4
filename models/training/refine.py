"""Train on from weights that read well already, on more passages: `python -m models.training.refine --help`."""

import random
from pathlib import Path
from typing import Annotated

import torch
import typer

from models.extraction.encoding import WordPieces
from models.training.network import load
from models.training.passages import example, held_back, read
from models.training.train import LAYERS, TRUNK_LAYERS, Pace, fit

PACE = Pace(rate=6e-5, head_rate=1e-4, layer_decay=0.95, warm_up=0.06, averaged=0.99)
ROUNDS = (1, 2, 1)  # epochs; the pace starts anew with each round


def main(
    encoder: Annotated[Path, typer.Option(help="Folder with config.json, model.safetensors, tokenizer.json of MPNet")],
    checkpoint: Annotated[Path, typer.Option(help="Weights to start from")],
    passages: Annotated[list[Path], typer.Option(help="Annotated passages, JSONL; may be repeated")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints")],
    epochs: int = ROUNDS[0],
    seed: int = 0,
) -> None:
    """Train, and write the averaged weights after each epoch."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    pieces = WordPieces(encoder / "tokenizer.json")
    learned = [p for p in read(passages) if not held_back(p)]
    held = [example(p, pieces) for p in read(passages) if held_back(p)]
    trunk, branch = load(encoder, TRUNK_LAYERS, LAYERS)
    weights = torch.load(checkpoint, weights_only=True)
    trunk.load_state_dict(weights["trunk"]), branch.load_state_dict(weights["branch"])
    fit(trunk, branch, PACE, learned, held, pieces, out, epochs=epochs, rng=rng)


if __name__ == "__main__":
    typer.run(main)
