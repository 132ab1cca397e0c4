"""Write the trained network as quantised ONNX with its tokenizer: `python -m models.training.export --help`."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import onnx
import spacy
import torch
import typer
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.training.network import Branch, Trunk, load
from models.training.train import LAYERS, TRUNK_LAYERS

_ROWS = {0: "rows"}
_AXES = {0: "rows", 1: "pieces"}
SEEN = 2  # a sub-word stays in the vocabulary when the texts use it so many times


def main(
    encoder: Annotated[Path, typer.Option(help="Folder of the pretrained encoder")],
    checkpoint: Annotated[Path, typer.Option(help="Weights written by the training")],
    texts: Annotated[list[Path], typer.Option(help="JSONL (or .gz) that say which sub-words to keep; repeatable")],
    out: Annotated[Path, typer.Option(help="Folder for trunk.onnx, branch.onnx, tokenizer.json")],
    full: Annotated[bool, typer.Option(help="Keep 32-bit weights, to measure what quantising costs")] = False,
) -> None:
    """Cut the vocabulary, export both halves, quantise them to 8 bits."""
    trunk, branch = load(encoder, TRUNK_LAYERS, LAYERS)
    weights = torch.load(checkpoint, weights_only=True)
    trunk.load_state_dict(weights["trunk"]), branch.load_state_dict(weights["branch"])
    trunk.eval(), branch.eval()
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = json.loads((encoder / "tokenizer.json").read_text(encoding="utf-8"))
    kept = vocabulary(tokenizer, texts, encoder / "tokenizer.json")
    cut(tokenizer, kept)
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    words = trunk.embeddings.word_embeddings
    trunk.embeddings.word_embeddings = nn.Embedding.from_pretrained(words.weight[kept].detach(), padding_idx=1)
    export_trunk(trunk, out, quantise=not full)
    export_branch(branch, out, quantise=not full)


def vocabulary(tokenizer: dict[str, Any], texts: list[Path], path: Path) -> list[int]:
    """Ids to keep, ascending: special tokens, single characters, and what the texts use."""
    count, splitter, pieces = Counter[int](), spacy.blank("en"), Tokenizer.from_file(str(path))
    pieces.no_padding(), pieces.no_truncation()
    for text in read_texts(texts):
        words = [token.text for token in splitter.make_doc(text[:100_000]) if not token.is_space]
        for encoded in pieces.encode_batch(words, add_special_tokens=False):
            count.update(encoded.ids)
    special = {token["id"] for token in tokenizer["added_tokens"]}
    return [
        number
        for piece, number in sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])
        if number in special or count[number] >= SEEN or len(piece.removeprefix("##")) == 1
    ]


def cut(tokenizer: dict[str, Any], kept: list[int]) -> None:
    """Renumber the vocabulary of `tokenizer` to the kept ids."""
    new = {old: place for place, old in enumerate(kept)}
    vocab = tokenizer["model"]["vocab"]
    tokenizer["model"]["vocab"] = {piece: new[number] for piece, number in vocab.items() if number in new}
    for token in tokenizer["added_tokens"]:
        token["id"] = new[token["id"]]
    for special in tokenizer["post_processor"].get("special_tokens", {}).values():
        special["ids"] = [new[i] for i in special["ids"]]
    tokenizer["truncation"] = tokenizer["padding"] = None


def read_texts(paths: list[Path]) -> Iterator[str]:
    """Titles and texts of JSONL files, gzipped or not."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                yield " ".join(filter(None, (record.get("title"), record.get("text"), record.get("prev"))))


def export_trunk(trunk: Trunk, out: Path, *, quantise: bool = True) -> None:
    """Write `trunk.onnx`, which takes any number of rows of any length."""
    inputs = {"ids": torch.randint(5, 900, (2, 24)), "mask": torch.ones(2, 24, dtype=torch.long)}
    _write(trunk, inputs, {"states": _AXES}, out / "trunk.onnx", quantise=quantise)


def export_branch(branch: Branch, out: Path, *, quantise: bool = True) -> None:
    """Write `branch.onnx`, which takes any number of rows of any length."""
    inputs = {
        "states": torch.randn(2, 24, 768), "mask": torch.ones(2, 24, dtype=torch.long),
        "marks": torch.zeros(2, 24), "position": torch.tensor([1, 3]),
    }  # fmt: skip
    _write(branch, inputs, {"act": _AXES, "role": _AXES, "label": _ROWS}, out / "branch.onnx", quantise=quantise)


def _write(
    module: nn.Module, inputs: dict[str, Tensor], outputs: dict[str, dict[int, str]], path: Path, *, quantise: bool
) -> None:
    dynamic = {name: _AXES if one.dim() > 1 else _ROWS for name, one in inputs.items()} | outputs
    with TemporaryDirectory() as scratch:
        exact = Path(scratch) / path.name
        torch.onnx.export(
            module, tuple(inputs.values()), str(exact), dynamo=False, opset_version=17, dynamic_axes=dynamic,
            input_names=list(inputs), output_names=list(outputs),
        )  # fmt: skip
        if quantise:
            quantised(exact).save_model_to_file(str(path), use_external_data_format=False)
        else:
            onnx.save(onnx.load(exact), path)


def quantised(exact: Path) -> Any:
    """The model with 8-bit embeddings and 8-bit weights in blocks of 128.

    In blocks, because one scale for a whole matrix or its whole input lets the few large values of a transformer drown
    the rest: full stops became acts.
    """
    rows = exact.with_suffix(".rows.onnx")
    quantize_dynamic(exact, rows, weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])
    blocks = MatMulNBitsQuantizer(onnx.load(rows), bits=8, block_size=128, is_symmetric=True, accuracy_level=4)
    blocks.process()
    return blocks.model


if __name__ == "__main__":
    typer.run(main)
