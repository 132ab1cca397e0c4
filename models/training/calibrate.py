"""Choose the threshold of acts and fit the confidence, on passages that were kept back from the training."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sklearn.linear_model import LogisticRegression
from spacy.language import Language

from models.event import Event
from models.extraction.assembly import event, merge
from models.extraction.draft import Draft, drafts
from models.extraction.model import WEIGHTS, shared_model
from models.extraction.pipeline import build
from models.records import event_record
from models.scoring import paired, party_keys, score
from models.training.passages import Passage, fold, read
from models.training.train import CALIBRATION_FOLDS

LOWEST = 0.2  # acts less likely than this are never worth reading for
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
START: dict[str, Any] = {"act_threshold": LOWEST, "measure_threshold": 0.4, "calibration": [0.0, 0.0, 0.0]}


def main(
    passages: Annotated[list[Path], typer.Option(help="The passages of the training; may be repeated")],
) -> None:
    """Write `settings.json` beside the weights."""
    path = WEIGHTS / "settings.json"
    path.write_text(json.dumps(START), encoding="utf-8")
    shared_model.cache_clear()
    held = [p for p in read(passages) if not fold(p, CALIBRATION_FOLDS)]
    nlp = build()
    nlp.disable_pipe("sanctionwire_assembly")
    found = {str(p["id"]): drafted(nlp, p) for p in held}
    keys = party_keys()
    figures = {threshold: full_f1(held, found, keys, threshold) for threshold in THRESHOLDS}
    for threshold, figure in figures.items():
        typer.echo(f"act threshold {threshold}: full F1 {figure:.3f}")
    chosen = max(figures, key=lambda threshold: figures[threshold])
    settings = {**START, "act_threshold": chosen, "calibration": calibration(held, found, keys, chosen)}
    path.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    typer.echo(f"{path}: {settings}")


def drafted(nlp: Language, passage: Passage) -> list[Draft]:
    """What the components before assembly make of a passage."""
    doc = nlp.make_doc(passage["text"])
    doc._.title, doc._.source, doc._.url = passage.get("title"), passage.get("source"), passage.get("url")
    doc._.published = date.fromisoformat(passage["published"]) if passage.get("published") else None
    return list(drafts(nlp(doc)))


def full_f1(
    held: Sequence[Passage], found: Mapping[str, list[Draft]], keys: Mapping[str, str], threshold: float
) -> float:
    """The strictest figure with acts from `threshold` on."""
    told = {name: [event_record(e) for e in merge(events(several, threshold))] for name, several in found.items()}
    return score(held, told, keys).levels["full"].f1


def events(several: Sequence[Draft], threshold: float) -> list[Event]:
    """The events of the drafts from `threshold` on, their confidence being the act's probability."""
    likely = (draft for draft in several if draft.probability > threshold)
    return [replace(event(draft, START["calibration"]), confidence=draft.probability) for draft in likely]


def calibration(
    held: Sequence[Passage], found: Mapping[str, list[Draft]], keys: Mapping[str, str], threshold: float
) -> list[float]:
    """Intercept and slopes of the chance that a draft is right, over its act's probability and its certainty."""
    rows, right = list[tuple[float, float]](), list[bool]()
    for passage in held:
        likely = [draft for draft in found[str(passage["id"])] if draft.probability > threshold]
        told = [event_record(event(draft, START["calibration"])) for draft in likely]
        hits = {j for _, j in paired(passage["events"], told, keys)}
        rows += [(draft.probability, draft.certainty) for draft in likely]
        right += [j in hits for j in range(len(likely))]
    fitted = LogisticRegression(C=1.0).fit(rows, right)
    return [round(float(value), 4) for value in (fitted.intercept_[0], *fitted.coef_[0])]


if __name__ == "__main__":
    typer.run(main)
