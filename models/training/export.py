"""Write the trained network as quantised ONNX beside its base: `lower.onnx` and `upper.onnx`.

What already lies in the base's files is not written again: the new models refer to its bytes, as ONNX's external data.
A training thus adds a few megabytes to the repository, not a hundred.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from torch import nn

from models.extraction.model import WEIGHTS
from models.training import base
from models.training.network import adapt
from models.training.train import RANK, TRUNK_LAYERS

SHARED_FROM = 1024  # bytes; what is smaller is written again


def main(checkpoint: Path, out: Path = WEIGHTS, *, quantise: bool = True) -> None:
    """Export both halves of the network whose branch the training wrote to `checkpoint`.

    Both take any number of rows of any length. Without `quantise` weights keep 32 bits, to measure what 8 bits cost.
    """
    trunk, branch = base.load(WEIGHTS, TRUNK_LAYERS)
    adapt(branch, RANK)
    branch.load_state_dict(torch.load(checkpoint, weights_only=True))
    trunk.eval(), branch.eval()
    ids, mask = torch.randint(5, 900, (2, 24)), torch.ones(2, 24, dtype=torch.long)
    states, marks, position = torch.randn(2, 24, 768), torch.zeros(2, 24), torch.tensor([1, 3])
    axes, rows = {0: "rows", 1: "pieces"}, {0: "rows"}
    halves: list[tuple[str, nn.Module, tuple[torch.Tensor, ...], dict[str, dict[int, str]]]] = [
        ("lower", trunk, (ids, mask), {"ids": axes, "mask": axes, "states": axes}),
        (
            "upper", branch, (states, mask, marks, position),
            {"states": axes, "mask": axes, "marks": axes, "position": rows, "act": axes, "role": axes, "label": rows},
        ),
    ]  # fmt: skip
    with TemporaryDirectory() as scratch:
        for name, module, inputs, dynamic in halves:
            names, exact = list(dynamic), Path(scratch) / f"{name}.onnx"
            torch.onnx.export(
                module, inputs, str(exact), dynamo=False, opset_version=17, dynamic_axes=dynamic,
                input_names=names[: len(inputs)], output_names=names[len(inputs) :],
            )  # fmt: skip
            model = sharing(quantised(exact)) if quantise else onnx.load(exact)
            onnx.save(model, out / exact.name)


def quantised(exact: Path) -> onnx.ModelProto:
    """The model with 8-bit embeddings and 8-bit weights in blocks of 128; the adapters' small upper halves stay exact.

    In blocks, because one scale for a whole matrix or its whole input lets the few large values of a transformer drown
    the rest: full stops became acts.
    """
    rows = exact.with_suffix(".rows.onnx")
    quantize_dynamic(exact, rows, weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])
    model = onnx.load(rows)
    small = [node.name for node in model.graph.node if node.name.endswith("/up/MatMul")]
    blocks = MatMulNBitsQuantizer(
        model, bits=8, block_size=128, is_symmetric=True, accuracy_level=4, nodes_to_exclude=small
    )
    blocks.process()
    return blocks.model.model


def sharing(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with every weight that the base's files hold replaced by its place in them."""
    files = {name: (WEIGHTS / name).read_bytes() for name in base.BASE}
    for tensor in model.graph.initializer:
        place = _place(tensor.raw_data, files)
        if place:
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            for key, value in place.items():
                entry = tensor.external_data.add()
                entry.key, entry.value = key, value
    return model


def _place(data: bytes, files: dict[str, bytes]) -> dict[str, str] | None:
    if len(data) < SHARED_FROM:
        return None
    found = ((name, held.find(data)) for name, held in files.items())
    return next(
        ({"location": name, "offset": str(at), "length": str(len(data))} for name, at in found if at >= 0), None
    )
