"""The shipped weights made ready for integer arithmetic, which takes less time than their 8-bit blocks as they are.

A multiplication is cut into blocks of its inputs. In each, every column of the weight and every row of the input has
one scale. Weights are unsigned: processors without VNNI multiply signed ones in 16 bits, which may overflow.
"""

from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

BLOCKS = "MatMulNBits"
BLOCK = 256  # inputs
LARGEST, ZERO = 127, 128  # of 8 bits
NARROW = 64  # outputs; fewer are not worth it: the heads stay as they are
LEAST = 1e-9  # what a row or column of zeros is divided by


def integer_model(path: Path) -> ModelProto:
    """The model at `path` with every multiplication by 8-bit blocks done in integers."""
    model = onnx.load(path)
    graph = model.graph
    weights = {weight.name: weight for weight in graph.initializer}
    together: dict[str, list[NodeProto]] = {}  # by their input, which is rounded once
    for node in graph.node:
        if _wide(node):
            together.setdefault(node.input[0], []).append(node)
    nodes, made = list[NodeProto](), list[TensorProto]()
    for node in graph.node:
        if not _wide(node):
            nodes.append(node)
        elif several := together.pop(node.input[0], None):
            columns = [_columns(one, weights) for one in several]
            made += _tensors(several[0].output[0], columns)
            nodes += _multiplication(several)
    blocks = {name for node in graph.node if _wide(node) for name in node.input[1:]}
    made += [weight for name, weight in weights.items() if name not in blocks]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(made)
    return model


def _multiplication(several: list[NodeProto]) -> list[NodeProto]:
    """The nodes in place of multiplications of one input, with the tensors that `_tensors` names."""
    part = partial("{}/{}".format, several[0].output[0])
    source, outputs = several[0].input[0], [one.output[0] for one in several]
    whole = outputs[0] if len(outputs) == 1 else part("whole")
    blocks = range(_size(several[0], "K") // BLOCK)
    nodes = [helper.make_node("Split", [source, part("blocks")], [part(f"{n}/input") for n in blocks], axis=-1)]
    for n in blocks:
        block = partial("{}/{}/{}".format, several[0].output[0], n)
        nodes += [
            helper.make_node("Abs", [block("input")], [block("sizes")]),
            helper.make_node("ReduceMax", [block("sizes")], [block("largest")], axes=[-1], keepdims=1),
            helper.make_node("Max", [block("largest"), part("least")], [block("row")]),
            helper.make_node("Div", [block("input"), block("row")], [block("evened")]),
            helper.make_node(
                "DynamicQuantizeMatMul",
                [block("evened"), block("weight"), block("scale"), block("zero")],
                [block("product")],
                domain="com.microsoft",
            ),
            helper.make_node("Mul", [block("product"), block("row")], [block("output")]),
        ]
    nodes.append(helper.make_node("Sum", [part(f"{n}/output") for n in blocks], [whole]))
    if len(outputs) > 1:
        nodes.append(helper.make_node("Split", [whole, part("widths")], outputs, axis=-1))
    return nodes


def _tensors(name: str, columns: list[NDArray[np.float32]]) -> list[TensorProto]:
    """The weights of multiplications of one input, side by side, block by block."""
    weight = np.concatenate(columns, axis=1)
    blocks = np.split(weight, len(weight) // BLOCK)
    named = {"least": np.array(LEAST, np.float32), "blocks": np.full(len(blocks), BLOCK)}
    if len(columns) > 1:
        named["widths"] = np.array([column.shape[1] for column in columns])
    for number, block in enumerate(blocks):
        scale = np.maximum(np.abs(block).max(0), LEAST) / LARGEST
        named[f"{number}/weight"] = (np.rint(block / scale) + ZERO).astype(np.uint8)
        named[f"{number}/scale"] = scale.astype(np.float32)
        named[f"{number}/zero"] = np.full(len(scale), ZERO, np.uint8)
    return [numpy_helper.from_array(array, f"{name}/{part}") for part, array in named.items()]


def _columns(node: NodeProto, weights: dict[str, TensorProto]) -> NDArray[np.float32]:
    """The weight of a multiplication by blocks: (inputs, outputs)."""
    blocks, scales = (numpy_helper.to_array(weights[name]) for name in node.input[1:3])
    whole = (blocks.astype(np.float32) - 128) * scales.reshape(*blocks.shape[:2], 1)
    return cast(NDArray[np.float32], cast(Any, whole).reshape(_size(node, "N"), -1)[:, : _size(node, "K")].T)


def _wide(node: NodeProto) -> bool:
    return node.op_type == BLOCKS and _size(node, "N") >= NARROW


def _size(node: NodeProto, name: str) -> int:
    return next(attribute.i for attribute in node.attribute if attribute.name == name)
