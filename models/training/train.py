"""Fine-tune the extraction model on annotated passages: `python -m models.training.train --help`."""

import copy
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor, nn

from models.extraction.encoding import ACTIONS, MEASURES, STATUSES, WordPieces, pad
from models.seeds import countries
from models.training.network import Branch, Trunk, load
from models.training.passages import Act, Example, Passage, example, held_back, read, swap_countries

LAYERS, TRUNK_LAYERS, FROZEN_LAYERS = 10, 6, 2
EPOCHS = 4  # losses of held-back passages no longer fall after the third
RATE, HEAD_RATE = 1e-4, 6e-4  # the heads start from nothing
LAYER_DECAY = 0.92  # of the rate, a layer downwards
WARM_UP, FALL = 0.075, 0.8  # the share of the steps in which the rate rises; the share of it that is gone at the end
AVERAGED = 0.99  # decay of the running average of weights
PIECES_A_BATCH = 6000  # sub-words over all readings of a batch: about 36 passages
SWAPPED, WITHOUT_TITLE = 0.2, 0.3  # shares of passages
LOSS_WEIGHTS = {"act": 2.0, "role": 2.0, "action": 0.4, "status": 0.8, "measure": 4.0}


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages, and for each act in them the row it stands in."""

    ids: Tensor
    mask: Tensor
    positions: list[list[int]]
    acts: list[tuple[int, Act]]


def main(
    encoder: Annotated[Path, typer.Option(help="Folder with config.json, model.safetensors, tokenizer.json of MPNet")],
    passages: Annotated[list[Path], typer.Option(help="Annotated passages, JSONL; may be repeated")],
    out: Annotated[Path, typer.Option(help="Folder for checkpoints")],
    epochs: int = EPOCHS,
    seed: int = 0,
    limit: Annotated[int | None, typer.Option(help="Passages to learn from, for a trial")] = None,
) -> None:
    """Train, and write the averaged weights to `out` after each epoch, as `epoch1.pt` and so on."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    pieces = WordPieces(encoder / "tokenizer.json")
    learned = [p for p in read(passages) if not held_back(p)][:limit]
    held = [example(p, pieces) for p in read(passages) if held_back(p)][:limit]
    trunk, branch = load(encoder, TRUNK_LAYERS, LAYERS)
    averaged = copy.deepcopy((trunk, branch))
    steps_an_epoch = len(list(batches(examples(learned, pieces, rng), pieces, rng)))
    optimizer = torch.optim.AdamW(parameter_groups(trunk, branch), weight_decay=0.01, fused=True)
    steps = epochs * steps_an_epoch
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda k: min(1.0, (k + 1) / (WARM_UP * steps)) * (1 - FALL * k / steps)
    )
    out.mkdir(parents=True, exist_ok=True)
    start, done = time.monotonic(), 0
    for epoch in range(epochs):
        trunk.train(), branch.train(), freeze(trunk)
        for batch in batches(examples(learned, pieces, rng), pieces, rng):
            with torch.autocast("cpu", dtype=torch.bfloat16):  # twice as fast where the processor has AVX512-BF16
                loss, parts = losses(trunk, branch, batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([p for m in (trunk, branch) for p in m.parameters() if p.requires_grad], 1.0)
            optimizer.step()
            schedule.step()
            done += 1
            average(averaged, (trunk, branch), min(AVERAGED, done / (done + 20)))
            if done % 20 == 0:
                said = ", ".join(f"{name} {value:.3f}" for name, value in parts.items())
                typer.echo(f"{done}/{steps} {time.monotonic() - start:.0f} s: {said}")
        torch.save(
            {"trunk": averaged[0].state_dict(), "branch": averaged[1].state_dict()}, out / f"epoch{epoch + 1}.pt"
        )
        typer.echo(f"epoch {epoch + 1}: held back {evaluate(*averaged, held, pieces)}")


def examples(passages: Sequence[Passage], pieces: WordPieces, rng: random.Random) -> list[Example]:
    """One epoch's view of the passages: some told of other countries, some without their title."""
    forms = [
        (c.name, c.adjectives[0] if c.adjectives else "", c.capitals[0] if c.capitals else "") for c in countries()
    ]
    made = list[Example]()
    for passage in passages:
        seen = swap_countries(passage, forms, rng) if rng.random() < SWAPPED else passage
        made.append(example(seen, pieces, with_title=rng.random() >= WITHOUT_TITLE))
    return made


def batches(made: list[Example], pieces: WordPieces, rng: random.Random) -> Iterator[Batch]:
    """Batches of passages of like length, in random order, of at most PIECES_A_BATCH sub-words over all readings."""
    made = sorted(made, key=lambda e: len(e.sequence.ids) + rng.random() * 12)
    groups, group, cost = list[list[Example]](), list[Example](), 0
    for one in made:
        price = len(one.sequence.ids) * (1 + len(one.acts))
        if group and cost + price > PIECES_A_BATCH:
            groups.append(group)
            group, cost = [], 0
        group.append(one)
        cost += price
    groups.append(group)
    rng.shuffle(groups)
    for group in groups:
        ids, mask = pad([e.sequence for e in group], pieces.pad)
        acts = [(row, act) for row, e in enumerate(group) for act in e.acts]
        yield Batch(torch.from_numpy(ids), torch.from_numpy(mask), [e.sequence.positions for e in group], acts)


def losses(trunk: Trunk, branch: Branch, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """The weighted loss of a batch, and its parts."""
    rows = len(batch.ids)
    act_labels = torch.full(batch.ids.shape, -100)
    for row, positions in enumerate(batch.positions):
        act_labels[row, positions] = 0
    role_labels = torch.full((len(batch.acts), batch.ids.shape[1]), -100)
    marks = torch.zeros((rows + len(batch.acts), batch.ids.shape[1]))
    at = torch.zeros(rows + len(batch.acts), dtype=torch.long)
    for k, (row, act) in enumerate(batch.acts):
        positions = batch.positions[row]
        act_labels[row, positions[slice(*act.trigger)]] = 1 + act.action
        marks[rows + k, positions[slice(*act.trigger)]] = 1
        at[rows + k] = positions[act.trigger[0]]
        role_labels[k, positions] = 0
        for role, spans in enumerate(act.roles):
            for first, end in spans:
                inside = positions[first:end]
                role_labels[k, inside] = 2 + 2 * role
                role_labels[k, inside[:1]] = 1 + 2 * role
    states = trunk(batch.ids, batch.mask)
    source = torch.tensor([*range(rows), *(row for row, _ in batch.acts)])
    act_scores, role_scores, labels = branch(states[source], batch.mask[source], marks, at)
    cross = nn.CrossEntropyLoss(ignore_index=-100, label_smoothing=0.02)
    parts = {"act": cross(act_scores[:rows].flatten(0, 1), act_labels.flatten())}
    if batch.acts:
        action, status, measure = labels[rows:].split([len(ACTIONS), len(STATUSES), len(MEASURES)], -1)
        wanted = torch.zeros_like(measure)
        for k, (_, act) in enumerate(batch.acts):
            wanted[k, list(act.measures)] = 1
        parts |= {
            "role": cross(role_scores[rows:].flatten(0, 1), role_labels.flatten()),
            "action": cross(action, torch.tensor([act.action for _, act in batch.acts])),
            "status": cross(status, torch.tensor([act.status for _, act in batch.acts])),
            "measure": nn.functional.binary_cross_entropy_with_logits(measure, wanted),
        }
    total = sum((LOSS_WEIGHTS[name] * value for name, value in parts.items()), torch.zeros(()))
    return total, {name: float(value) for name, value in parts.items()}


@torch.no_grad()
def evaluate(trunk: Trunk, branch: Branch, held: list[Example], pieces: WordPieces) -> str:
    """The mean parts of the loss over passages that were kept back."""
    trunk.eval(), branch.eval()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = [losses(trunk, branch, batch)[1] for batch in batches(held, pieces, random.Random(0))]
    return ", ".join(f"{name} {sum(f.get(name, 0) for f in found) / len(found):.3f}" for name in LOSS_WEIGHTS)


def freeze(trunk: Trunk) -> None:
    """Keep the embeddings and the lowest layers as they were pretrained: little data, and a third less to compute."""
    for module in (trunk.embeddings, *trunk.layers[:FROZEN_LAYERS]):
        module.requires_grad_(False).eval()


def parameter_groups(trunk: Trunk, branch: Branch) -> list[dict[str, object]]:
    """Learning rates that fall from the top layer down."""
    layers = [*trunk.layers, *branch.layers]
    groups: list[dict[str, object]] = [
        {"params": list(layer.parameters()), "lr": RATE * LAYER_DECAY ** (len(layers) - 1 - depth)}
        for depth, layer in enumerate(layers)
        if depth >= FROZEN_LAYERS
    ]
    heads = [p for name, p in branch.named_parameters() if not name.startswith(("layers", "bias"))]
    groups.append({"params": heads, "lr": HEAD_RATE})
    groups.append({"params": list(branch.bias.parameters()), "lr": RATE})
    return groups


@torch.no_grad()
def average(averaged: Sequence[nn.Module], current: Sequence[nn.Module], decay: float) -> None:
    """Move the running average of the weights a step towards the current ones."""
    for old, new in zip(averaged, current, strict=True):
        pairs = [(a, b) for a, b in zip(old.parameters(), new.parameters(), strict=True) if b.requires_grad]
        torch._foreach_lerp_([a for a, _ in pairs], [b for _, b in pairs], 1 - decay)


if __name__ == "__main__":
    typer.run(main)
