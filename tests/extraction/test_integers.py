from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from models.extraction.integers import integer_model

WIDTH, BLOCK = 512, 128


@pytest.fixture
def blocks(tmp_path: Path) -> Path:
    """A model of two multiplications of one input, and one of the first's result, by random 8-bit blocks."""
    random, nodes, weights = np.random.default_rng(0), [], list[TensorProto]()
    for source, result, outputs in (("x", "wide", WIDTH), ("x", "side", 64), ("x", "narrow", 16), ("wide", "last", 80)):
        quantised = random.integers(0, 256, (outputs, WIDTH // BLOCK, BLOCK)).astype(np.uint8)
        quantised[3] = 128  # an output that is always 0
        scales = random.normal(0, 0.001, outputs * WIDTH // BLOCK).astype(np.float32)
        names = [f"{result}/blocks", f"{result}/scales"]
        weights += [numpy_helper.from_array(quantised, names[0]), numpy_helper.from_array(scales, names[1])]
        size = {"K": WIDTH, "N": outputs, "bits": 8, "block_size": BLOCK, "accuracy_level": 4}
        nodes.append(helper.make_node("MatMulNBits", [source, *names], [result], domain="com.microsoft", **size))
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "rows", WIDTH])]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("side", "narrow", "last")]
    graph = helper.make_graph(nodes, "blocks", inputs, outputs, weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=9), tmp_path / "blocks.onnx")
    return tmp_path / "blocks.onnx"


def computed(model: ModelProto, rows: np.ndarray) -> list[np.ndarray]:
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return [np.asarray(output) for output in session.run(None, {"x": rows[None]})]


def test_integers_compute_what_the_blocks_do(blocks: Path) -> None:
    rows = np.random.default_rng(1).normal(0, 1, (20, WIDTH)).astype(np.float32)
    rows[4] *= 1000  # a row of large values takes nothing from the others
    for exact, made in zip(computed(onnx.load(blocks), rows), computed(integer_model(blocks), rows), strict=True):
        assert exact.shape == made.shape
        apart = np.linalg.norm(exact - made, axis=-1) / np.linalg.norm(exact, axis=-1)
        assert apart.max() < 0.03


def test_a_row_of_zeros_gives_zeros(blocks: Path) -> None:
    rows = np.ones((2, WIDTH), np.float32)
    rows[1] = 0
    assert all((output[0, 1] == 0).all() for output in computed(integer_model(blocks), rows))
