"""The charts of the web report and their words, in the order of the page."""

from dataclasses import dataclass
from typing import Any, Literal

from flows.web_report.cases import CASES, episodes
from flows.web_report.counts import PARTIES, heat, measures, timeline
from flows.web_report.network import EDGES, network
from flows.web_report.wording import ACTION_COLOURS, ACTIONS, STATUS_COLOURS, STATUSES


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its words.

    `rows` says which rows of the page it shows; `columns` are those of its table, which begins with the most events or
    with the latest of the first column.
    """

    name: str
    title: str
    lead: str
    rows: str
    columns: dict[str, str]
    specification: dict[str, Any]
    table_begins: Literal["most", "latest"] = "most"


def charts() -> list[Chart]:
    """The charts in the order of the page."""
    actions, statuses = list(ACTIONS.values()), list(STATUSES.values())
    return [
        Chart(
            "actions",
            "What happened, and when",
            "Every bar counts reported events by the date of the act. Warm colours restrict, blue ones relieve.",
            "dated",
            {"period": "When", "action": "What happened"},
            timeline("action", actions, ACTION_COLOURS),
            "latest",
        ),
        Chart(
            "statuses",
            "Done, or only spoken of",
            "News reports many sanctions that are never imposed. The same events, by how real they are.",
            "dated",
            {"period": "When", "status": "How real"},
            timeline("status", statuses, STATUS_COLOURS),
            "latest",
        ),
        Chart(
            "heat",
            "Who acts against whom",
            f"On the left the {PARTIES} who act most, at the top the {PARTIES} who are hit most, in each box how many "
            "events. A minister or an agency counts as its country. Who has no name, such as “allies”, is left out.",
            "placed",
            {"sender": "Who acts", "receiver": "Who is hit"},
            heat(),
        ),
        Chart(
            "network",
            "The busiest pairs, name by name",
            "People, companies and states as they are named: on the left who acts, on the right who is hit. "
            f"The {EDGES} pairs with the most events; a thick line stands for many.",
            "paired",
            {"actor": "Who acts", "target": "Who is hit"},
            network(),
        ),
        Chart(
            "measures",
            "With what",
            "The kinds of restriction that the events name. One event may name several.",
            "measures",
            {"measure": "Kind of restriction", "status": "How real"},
            measures(statuses, STATUS_COLOURS),
        ),
        Chart(
            "episodes",
            "The life of each case",
            f"The {CASES} cases that are told of most. The thin line begins with the first word of sanctions, the bar "
            "with their imposition; it ends where they are lifted, or runs on to the last day that was read. "
            "At the right stands what became of them; what lies long before the others, at the left edge.",
            "episodes",
            {"case": "Case", "state": "Where it stands", "imposed_on": "Imposed", "lifted_on": "Lifted"},
            episodes(),
        ),
    ]
