"""The base: the weights in `models/weights` that a first training left, as a torch network for the next one."""

from collections.abc import Iterator
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from models.training.network import Branch, Trunk, encoder

BASE = ("trunk.onnx", "branch.onnx")  # the lower six layers with the embeddings; the upper four with the heads
_LOWER, _LAYERS = 6, 10


def load(folder: Path, trunk_layers: int) -> tuple[Trunk, Branch]:
    """The base as trunk and branch, cut after `trunk_layers` layers, its 8-bit weights told in 32 bits."""
    lower, upper = (dict(_weights(folder / name)) for name in BASE)
    lower |= {_deeper(name): weight for name, weight in upper.items()}
    network = encoder(len(lower["embeddings.word_embeddings.weight"]), _LAYERS)
    trunk, branch = Trunk(network, trunk_layers), Branch(network, trunk_layers)
    trunk.load_state_dict({name: lower[name] for name in trunk.state_dict()})
    branch.load_state_dict({name: lower[_deeper(name, trunk_layers)] for name in branch.state_dict()})
    return trunk, branch


def _deeper(name: str, by: int = _LOWER) -> str:
    """The name of a weight of a branch as the whole network counts its layers."""
    if not name.startswith("layers."):
        return name
    _, number, rest = name.split(".", 2)
    return f"layers.{int(number) + by}.{rest}"


def _weights(path: Path) -> Iterator[tuple[str, Tensor]]:
    """The weights of a quantised model by the names that torch has for them."""
    graph = onnx.load(path).graph
    held = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    for name, weight in held.items():
        if name.endswith(".weight_quantized"):
            plain = name.removesuffix("_quantized")
            yield plain, (weight.float() - held[f"{plain}_zero_point"].float()) * held[f"{plain}_scale"]
        elif name.endswith((".weight", ".bias", "mark")):
            yield name, weight
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            blocks, scales = (held[name] for name in node.input[1:3])
            name = node.name.removeprefix("/").removesuffix("_Q8").rpartition("/")[0].replace("/", ".")
            # In blocks of 8 bits 128 stands for nought.
            yield f"{name}.weight", ((blocks.float() - 128) * scales.unsqueeze(-1)).flatten(1)
