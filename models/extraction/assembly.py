"""Component `sanctionwire_assembly`: drafts become events, each act of a document once, with its evidence."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from models.event import Event, EventDate, Party
from models.extraction import extensions
from models.extraction.draft import Draft, drafts
from models.extraction.model import shared_model

extensions.register(sanctions_events=())


@Language.factory("sanctionwire_assembly", requires=["doc._.drafts"], assigns=["doc._.sanctions_events"])
def create(nlp: Language, name: str, min_confidence: float) -> Callable[[Doc], Doc]:
    """A component that sets `doc._.sanctions_events`, without those below `min_confidence` or the model's own least."""
    settings = shared_model().settings
    least = max(min_confidence, settings["least_confidence"])

    def assemble(doc: Doc) -> Doc:
        told = [event(draft, settings["calibration"]) for draft in drafts(doc)]
        doc._.sanctions_events = tuple(e for e in merge(told) if e.confidence >= least)
        doc._.drafts = None
        return doc

    return assemble


def event(draft: Draft, calibration: Mapping[str, float]) -> Event:
    """The finished event of a draft; the evidence is the sentence that holds the trigger."""
    if draft.status is None:
        raise ValueError(f"the act {draft.trigger.text!r} has no status: `sanctionwire_roles` must run before assembly")
    sentence = draft.trigger.sent
    return Event(
        actors=distinct(draft.actor_parties),
        action=draft.action,
        status=draft.status,
        targets=distinct(draft.target_parties),
        measures=draft.measures,
        date=draft.date,
        trigger=draft.trigger.text,
        start=draft.trigger.start_char,
        end=draft.trigger.end_char,
        sentence=sentence.text.strip(),
        sentence_start=sentence.start_char + len(sentence.text) - len(sentence.text.lstrip()),
        sentence_end=sentence.start_char + len(sentence.text.rstrip()),
        confidence=confidence(draft, calibration),
        is_background=draft.is_background,
    )


def confidence(draft: Draft, calibration: Mapping[str, float]) -> float:
    """How likely the event is right: a logistic curve over what speaks for it.

    `calibration` holds a slope for each of `signals` and the `intercept`, fitted on passages that the model was not
    trained on (Platt, 1999).
    """
    told = signals(draft)
    score = calibration["intercept"] + sum(calibration[name] * value for name, value in told.items())
    return round(1 / (1 + math.exp(-score)), 4)


def least_probability(settings: Mapping[str, Any]) -> float:
    """The probability of an act under which its event stays below the least confidence, whatever its roles."""
    slopes: dict[str, float] = dict(settings["calibration"])
    least, intercept, slope = settings["least_confidence"], slopes.pop("intercept"), slopes.pop("probability")
    if least <= 0 or slope <= 0:
        return 0.0
    best = intercept + sum(max(0.0, other) for other in slopes.values())
    return (math.log(least / (1 - least)) - best) / slope


def signals(draft: Draft) -> dict[str, float]:
    """What speaks for an event, each in [0, 1]."""
    return {
        "probability": draft.probability,
        "certainty": draft.certainty,
        "actor": float(bool(draft.actors)),
        "target": float(bool(draft.targets)),
    }


def distinct(parties: Sequence[Party]) -> tuple[Party, ...]:
    """The parties of a role, each once, as first named."""
    first: dict[str, Party] = {}
    for party in parties:
        first.setdefault(_key(party), party)
    return tuple(first.values())


def merge(told: Sequence[Event]) -> list[Event]:
    """Each act once, in the order of the text: tellings of the same act become the most informative one of them."""
    told, kept = _read_once(told), list[Event]()
    for one in sorted(told, key=lambda e: e.start):
        place = next((i for i, other in enumerate(kept) if same_act(one, other)), None)
        if place is None:
            kept.append(one)
        else:
            kept[place] = joined(kept[place], one)
    kept.sort(key=lambda e: e.start)
    # What two tellings say together may be the same act as a third.
    return kept if len(kept) == len(told) else merge(kept)


def _read_once(told: Sequence[Event]) -> list[Event]:
    """The surest reading of each trigger: the pieces of an overlong sentence overlap, so both may read one."""
    kept = list[Event]()
    for one in sorted(told, key=lambda e: (-e.confidence, e.start)):
        if not any(one.action == other.action and one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return kept


def same_act(one: Event, other: Event) -> bool:
    """Whether two tellings of one document report the same act: no field contradicts, and a party is shared."""
    if one.action != other.action or one.status != other.status or _dates_differ(one.date, other.date):
        return False
    shared = [_overlap(one.actors, other.actors), _overlap(one.targets, other.targets)]
    return False not in shared and True in shared


def joined(one: Event, other: Event) -> Event:
    """The more informative of two tellings, with what only the other one names."""
    best, rest = (one, other) if _information(one) >= _information(other) else (other, one)
    return replace(
        best,
        actors=best.actors or rest.actors,
        targets=best.targets or rest.targets,
        date=best.date or rest.date,
        confidence=max(best.confidence, rest.confidence),
        is_background=best.is_background and rest.is_background,
    )


def _information(event: Event) -> tuple[int, int, float]:
    sides = bool(event.actors) + bool(event.targets) + bool(event.date)
    return sides, len(event.actors) + len(event.targets), event.confidence


def _overlap(one: Sequence[Party], other: Sequence[Party]) -> bool | None:
    """True where a party is shared, None where a side names nobody, False where they name different parties."""
    if not one or not other:
        return None
    return bool({_key(party) for party in one} & {_key(party) for party in other})


def _key(party: Party) -> str:
    return party.id or party.name.casefold()


def _dates_differ(one: EventDate | None, other: EventDate | None) -> bool:
    if one is None or other is None or one.start is None or other.start is None or one.end is None or other.end is None:
        return False
    return one.start > other.end or other.start > one.end
