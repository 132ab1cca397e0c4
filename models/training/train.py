"""Teach the base what newer annotations hold, by adapters: `python -m models.training.train --help`."""

import copy
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import typer
from torch import Tensor, nn

from models.extraction.encoding import ACTIONS, MEASURES, STATUSES, WordPieces, pad
from models.extraction.model import WEIGHTS
from models.seeds import countries
from models.training import base
from models.training.network import Adapter, Branch, Trunk, adapt
from models.training.passages import Act, Example, Passage, example, held_back, swap_countries

TRUNK_LAYERS, RANK = 3, 32
RATE, HEAD_RATE, WARM_UP = 5e-4, 2e-4, 0.06
EPOCHS = 2
PIECES_A_BATCH = 3000  # sub-words over all readings of a batch: about 16 passages
KNOWN_SEEN = 0.4  # share of the passages the base has learned from that an epoch repeats
SWAPPED, WITHOUT_TITLE = 0.2, 0.3  # shares of passages
AVERAGED = 0.99  # decay of the running average of weights
LOSS_WEIGHTS = {"act": 2.0, "role": 2.0, "action": 0.4, "status": 0.8, "measure": 4.0}


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages, and for each act in them the row it stands in."""

    ids: Tensor
    mask: Tensor
    positions: list[list[int]]
    acts: list[tuple[int, Act]]


def main(known: Sequence[Passage], new: Sequence[Passage], out: Path, *, epochs: int = EPOCHS, seed: int = 0) -> Path:
    """Train on passages that the base knows and new ones; write the averaged weights of the branch after each epoch.

    Gives the path of the last ones.
    """
    rng = random.Random(seed)
    torch.manual_seed(seed)
    pieces = WordPieces(WEIGHTS / "tokenizer.json")
    held = [example(p, pieces) for p in (*known, *new) if held_back(p)]
    known, new = ([p for p in several if not held_back(p)] for several in (known, new))
    trunk, branch = base.load(WEIGHTS, TRUNK_LAYERS)
    trunk.eval().requires_grad_(False)
    adapt(branch, RANK)
    averaged = copy.deepcopy(branch)
    learning = [p for p in branch.parameters() if p.requires_grad]
    steps = epochs * len(list(batches(view(known, new, pieces, rng), pieces, rng)))
    optimizer = torch.optim.AdamW(parameter_groups(branch), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda k: min(1.0, (k + 1) / (WARM_UP * steps)) * max(0.02, 1 - k / steps)
    )
    out.mkdir(parents=True, exist_ok=True)
    typer.echo(f"{len(known)} known, {len(new)} new, {len(held)} held back {evaluate(trunk, branch, held, pieces)}")
    start, done, path = time.monotonic(), 0, out / "epoch0.pt"
    for epoch in range(1, epochs + 1):
        branch.train()
        for batch in batches(view(known, new, pieces, rng), pieces, rng):
            # Twice as fast where the processor computes in 16 bits, slower elsewhere.
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
                loss, parts = losses(trunk, branch, batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            schedule.step()
            done += 1
            average(averaged, branch, min(AVERAGED, done / (done + 10)))
            if done % 20 == 0:
                said = ", ".join(f"{name} {value:.3f}" for name, value in parts.items())
                typer.echo(f"{done}/{steps} {time.monotonic() - start:.0f} s: {said}")
        path = out / f"epoch{epoch}.pt"
        torch.save(averaged.state_dict(), path)
        typer.echo(f"epoch {epoch}: held back {evaluate(trunk, averaged, held, pieces)}")
    return path


def view(known: Sequence[Passage], new: Sequence[Passage], pieces: WordPieces, rng: random.Random) -> list[Example]:
    """One epoch's view of the passages: some told of other countries, some without their title."""
    forms = [
        (c.name, c.adjectives[0] if c.adjectives else "", c.capitals[0] if c.capitals else "") for c in countries()
    ]
    made = list[Example]()
    for passage in [*rng.sample(known, int(len(known) * KNOWN_SEEN)), *new]:
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
    with torch.no_grad():
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
    branch.eval()
    found = [losses(trunk, branch, batch)[1] for batch in batches(held, pieces, random.Random(0))]
    return ", ".join(f"{name} {sum(f.get(name, 0) for f in found) / len(found):.3f}" for name in LOSS_WEIGHTS)


def parameter_groups(branch: Branch) -> list[dict[str, object]]:
    """Adapters learn at one rate; heads, mark, biases and norms, which the base has learned already, at a lower one."""
    adapters = [p for m in branch.modules() if isinstance(m, Adapter) for p in (m.down.weight, m.up.weight)]
    known = {id(p) for p in adapters}
    rest = [p for p in branch.parameters() if p.requires_grad and id(p) not in known]
    return [{"params": adapters, "lr": RATE}, {"params": rest, "lr": HEAD_RATE}]


@torch.no_grad()
def average(averaged: Branch, current: Branch, decay: float) -> None:
    """Move the running average of the weights a step towards the current ones."""
    pairs = [(a, b) for a, b in zip(averaged.parameters(), current.parameters(), strict=True) if b.requires_grad]
    torch._foreach_lerp_([a for a, _ in pairs], [b for _, b in pairs], 1 - decay)
