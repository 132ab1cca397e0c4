"""Fit the confidence and choose the least, on passages that were kept back from the training."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sklearn.linear_model import LogisticRegression
from spacy.language import Language

from models.event import Event
from models.extraction.assembly import event, merge, signals
from models.extraction.draft import Draft, drafts
from models.extraction.model import WEIGHTS, shared_model
from models.extraction.pipeline import build
from models.records import event_record
from models.scoring import paired, party_keys, score
from models.training.passages import Passage, held_back, read

LEAST_CONFIDENCES = [round(0.3 + 0.05 * step, 2) for step in range(9)]
SLACK = 0.01  # of F1, less than chance may make
START: dict[str, Any] = {
    "act_threshold": 0.3,
    "measure_threshold": 0.4,
    "least_confidence": 0.0,
    "calibration": {"intercept": 0.0, "probability": 0.0, "certainty": 0.0, "actor": 0.0, "target": 0.0},
}


def main(
    passages: Annotated[list[Path], typer.Option(help="The passages of the training; may be repeated")],
) -> None:
    """Write `settings.json` beside the weights."""
    shared_model().settings = START
    # Numbered anew: two passages of one record have one id.
    held = [{**p, "id": str(number)} for number, p in enumerate(read(passages)) if held_back(p)]
    nlp = build()
    nlp.disable_pipe("sanctionwire_assembly")
    found = {str(p["id"]): drafted(nlp, p) for p in held}
    keys = party_keys()
    fitted = scaled(calibration(held, found, keys), held, found, keys)
    told = merged(found, fitted)
    figures = {least: event_f1(held, told, keys, least) for least in LEAST_CONFIDENCES}
    for least, figure in figures.items():
        typer.echo(f"least confidence {least}: event F1 {figure:.3f}")
    # Of those that do about as well, the one that has the fewest false alarms.
    chosen = max(least for least in figures if figures[least] >= max(figures.values()) - SLACK)
    settings = {**START, "least_confidence": chosen, "calibration": fitted}
    (WEIGHTS / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def drafted(nlp: Language, passage: Passage) -> list[Draft]:
    """What the components before assembly make of a passage."""
    doc = nlp.make_doc(passage["text"])
    doc._.title, doc._.source, doc._.url = passage.get("title"), passage.get("source"), passage.get("url")
    doc._.published = date.fromisoformat(passage["published"]) if passage.get("published") else None
    return list(drafts(nlp(doc)))


def calibration(held: Sequence[Passage], found: Mapping[str, list[Draft]], keys: Mapping[str, str]) -> dict[str, float]:
    """Intercept and slopes of the chance that a draft is right, over its signals."""
    rows, right = list[list[float]](), list[bool]()
    for passage in held:
        several = found[str(passage["id"])]
        rows += [list(signals(draft).values()) for draft in several]
        right += hits(passage, [event(draft, START["calibration"]) for draft in several], keys)
    fitted = LogisticRegression(C=10).fit(rows, right)
    values = (fitted.intercept_[0], *fitted.coef_[0])
    return {name: round(float(value), 4) for name, value in zip(START["calibration"], values, strict=True)}


def scaled(
    fitted: Mapping[str, float], held: Sequence[Passage], found: Mapping[str, list[Draft]], keys: Mapping[str, str]
) -> dict[str, float]:
    """The calibration scaled to events as they are told: merging takes out drafts that tell an act again.

    A merged event has the confidence of its surest draft, so that a curve over that is one over each of them.
    """
    rows, right, events = list[list[float]](), list[bool](), merged(found, fitted)
    for passage in held:
        told = events[str(passage["id"])]
        rows += [[math.log(one.confidence / (1 - one.confidence))] for one in told]
        right += hits(passage, told, keys)
    curve = LogisticRegression(C=10).fit(rows, right)
    slope, shift = float(curve.coef_[0][0]), float(curve.intercept_[0])
    return {name: round(slope * value + shift * (name == "intercept"), 4) for name, value in fitted.items()}


def hits(passage: Passage, told: Sequence[Event], keys: Mapping[str, str]) -> list[bool]:
    """Of each event told of a passage, whether it is annotated there."""
    annotated = {j for _, j in paired(passage["events"], [event_record(one) for one in told], keys)}
    return [j in annotated for j in range(len(told))]


def merged(found: Mapping[str, list[Draft]], fitted: Mapping[str, float]) -> dict[str, list[Event]]:
    """The events of each passage as they would be told, those of the least confidence too."""
    return {name: merge([event(draft, fitted) for draft in several]) for name, several in found.items()}


def event_f1(held: Sequence[Passage], told: Mapping[str, list[Event]], keys: Mapping[str, str], least: float) -> float:
    """Event F1 of the events that are at least so sure."""
    kept = {name: [event_record(e) for e in several if e.confidence >= least] for name, several in told.items()}
    return score(held, kept, keys).levels["event"].f1


if __name__ == "__main__":
    typer.run(main)
