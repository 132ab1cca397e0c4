"""Train the shipped branch further, on more passages, below it the shipped trunk as it is:
`python -m models.training.refine CORPORA`. A quarter of the work of a whole training, and only `branch.onnx` changes.
"""

import copy
import random
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import onnx
import onnxruntime as ort
import torch
import typer
from onnx import numpy_helper
from torch import Tensor, nn

from models.extraction.encoding import WordPieces
from models.extraction.model import WEIGHTS
from models.training import annotations
from models.training.encoder import unpack
from models.training.export import export_branch
from models.training.network import load
from models.training.passages import ANNOTATED, example, held_back, read
from models.training.train import LAYERS, TRUNK_LAYERS, Reader, average, batches, evaluate, examples, losses

RATE, HEAD_RATE, WARM_UP = 5e-5, 1e-4, 0.06
EPOCHS = 1
REPLAYED = 0.3  # share of the passages it knows, which it reads again so as not to forget
AVERAGED = 0.99  # decay of the running average of weights


def main(
    corpora: Annotated[Path, typer.Argument(help="Folder of the annotated passages and the texts")],
    work: Annotated[Path, typer.Option(help="Folder for the encoder and the checkpoint")] = Path("data/training"),
    epochs: int = EPOCHS,
    seed: int = 0,
) -> None:
    """Write the averaged weights to `refined.pt` every 20 steps, and `branch.onnx` at the end."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    pieces = WordPieces(WEIGHTS / "tokenizer.json")
    known, ours = read(corpora / name for name in ANNOTATED), annotations.passages(corpora)
    held = [example(p, pieces) for p in (*known, *ours) if held_back(p)]
    learned = [p for p in ours if not held_back(p)] + [p for p in known if not held_back(p) and rng.random() < REPLAYED]
    _, branch = load(unpack(work / "encoder"), TRUNK_LAYERS, LAYERS)
    branch.load_state_dict(shipped(WEIGHTS / "branch.onnx", branch.state_dict()))
    trunk, averaged = shipped_trunk(), copy.deepcopy(branch)
    typer.echo(f"before: held back {evaluate(trunk, averaged, held, pieces)}")
    heads = [p for name, p in branch.named_parameters() if not name.startswith(("layers", "bias"))]
    optimizer = torch.optim.AdamW(
        [
            {"params": [*branch.layers.parameters(), *branch.bias.parameters()], "lr": RATE},
            {"params": heads, "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    steps = epochs * len(list(batches(examples(learned, pieces, rng), pieces, rng)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda k: min(1.0, (k + 1) / (WARM_UP * steps)) * max(0.02, 1 - k / steps)
    )
    start, done = time.monotonic(), 0
    for _ in range(epochs):
        branch.train()
        for batch in batches(examples(learned, pieces, rng), pieces, rng):
            loss, parts = losses(trunk, branch, batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(branch.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            done += 1
            average((averaged,), (branch,), min(AVERAGED, done / (done + 20)))
            if done % 20 == 0 or done == steps:
                torch.save(averaged.state_dict(), work / "refined.pt")
                said = ", ".join(f"{name} {value:.3f}" for name, value in parts.items())
                typer.echo(f"{done}/{steps} {time.monotonic() - start:.0f} s: {said}")
        typer.echo(f"held back {evaluate(trunk, averaged, held, pieces)}")
    export_branch(averaged, WEIGHTS)


def shipped_trunk() -> Reader:
    """The trunk as it runs in the pipeline, in 8 bits."""
    session = ort.InferenceSession(WEIGHTS / "trunk.onnx", providers=["CPUExecutionProvider"])

    def read_windows(ids: Tensor, mask: Tensor) -> Tensor:
        return torch.from_numpy(session.run(None, {"ids": ids.numpy(), "mask": mask.numpy()})[0])

    return read_windows


def shipped(path: Path, names: Iterable[str]) -> dict[str, Tensor]:
    """The weights of an exported branch in 32 bits, by the names of `Branch`."""
    graph = onnx.load(path).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = {name: stored[name] for name in names if name in stored}
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            blocks, scales = stored[node.input[1]], stored[node.input[2]]
            exact = (blocks.astype(np.float32) - 128) * scales.reshape(*blocks.shape[:2], 1)
            module = node.name.strip("/").rpartition("/")[0].replace("/", ".")
            weights[f"{module}.weight"] = exact.reshape(len(blocks), -1)
    bias = stored["bias.weight_quantized"].astype(np.float32) - stored["bias.weight_zero_point"]
    weights["bias.weight"] = bias * stored["bias.weight_scale"]
    return {name: torch.from_numpy(np.array(array)) for name, array in weights.items()}


if __name__ == "__main__":
    typer.run(main)
