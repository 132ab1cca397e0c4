"""Events as JSON: what `extract` writes a line of, and what the scorer reads."""

from typing import Any

from models.event import Event, EventDate, Party


def event_record(event: Event) -> dict[str, Any]:
    """One event; `start` and `end` are the trigger's characters in the text."""
    return {
        "actor": [_party(party) for party in event.actors],
        "action": event.action.value,
        "status": event.status.value,
        "target": [_party(party) for party in event.targets],
        "measure": [measure.value for measure in event.measures],
        "date": _date(event.date) if event.date else None,
        "trigger": event.trigger,
        "sentence": event.sentence,
        "start": event.start,
        "end": event.end,
        "confidence": event.confidence,
    }


def _party(party: Party) -> dict[str, Any]:
    return {"text": party.text, "name": party.name, "id": party.id}


def _date(date: EventDate) -> dict[str, Any]:
    return {
        "text": date.text,
        "start": date.start.isoformat() if date.start else None,
        "end": date.end.isoformat() if date.end else None,
        "precision": date.precision.value,
        "basis": date.basis.value,
    }
