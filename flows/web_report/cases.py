"""The chart of episodes: for each case a line of what was said and done, and a bar for the time in force."""

from typing import Any

import altair as alt

from flows.web_report.drawing import INK, LINE, ROWS, canvas, coloured, finished
from flows.web_report.wording import ACTION_COLOURS

CASES = 18  # bars
_HEIGHT = 560
_WIDE = "across > 600"
_LABEL_ROOM = alt.ExprRef(f"{_WIDE} ? 0.3 * across : 0.36 * across")  # pixels
_TWO_LINES = "across > 900 ? datum.label : [split(datum.label, ' → ')[0], '→ ' + split(datum.label, ' → ')[1]]"
_TIME = alt.Scale(type="utc", domainMin=alt.ExprRef("earliest"), clamp=True)
_STEPS = {
    "first_threatened_on": "threatened",
    "imposed_on": "imposed",
    "last_extended_on": "last extended",
    "first_eased_on": "first eased",
    "lifted_on": "lifted",
    "first_violated_on": "first broken",
}
_SHAPES = ["triangle-down", "circle", "triangle-right", "triangle-up", "square", "cross"]
_COLOURS = [ACTION_COLOURS[1], ACTION_COLOURS[0], LINE, ACTION_COLOURS[2], ACTION_COLOURS[3], ACTION_COLOURS[5]]


def episodes() -> dict[str, Any]:
    """The cases that are told of most, the earliest first, with their steps and where each stands."""
    cases = (
        canvas(_HEIGHT)
        .transform_window(place="row_number()", sort=[alt.SortField("event_count", order="descending")])
        .transform_filter(f"datum.place <= {CASES}")
    )
    y = alt.Y(
        "case:N",
        sort=alt.EncodingSortField("first_step_on", op="min"),
        title=None,
        axis=alt.Axis(labelLimit=_LABEL_ROOM, labelExpr=_TWO_LINES, labelLineHeight=12, grid=True),
    )
    tooltip = [
        alt.Tooltip("case:N", title="case"),
        alt.Tooltip("state:N", title="where it stands"),
        _day("first_step_on", "first told of"),
        _day("imposed_on", "imposed"),
        _day("lifted_on", "lifted"),
        alt.Tooltip("event_count:Q", title="events", format=",d"),
    ]
    spoken = cases.mark_rule(color=LINE, strokeWidth=2).encode(
        x=alt.X("first_step_on:T", title=None, scale=_TIME), x2="last_step_on:T", y=y, tooltip=tooltip
    )
    in_force = (
        cases.transform_filter("isValid(datum.in_force_until_on)")
        .mark_bar(color=INK, opacity=0.45, height=10, cornerRadius=2)
        .encode(x=alt.X("in_force_from_on:T", title=None, scale=_TIME), x2="in_force_until_on:T", y=y, tooltip=tooltip)
    )
    state = (
        cases.transform_calculate(end=f"{_WIDE} ? datum.state : ''")
        .mark_text(align="left", dx=10, fontSize=12)
        .encode(x=alt.value(alt.ExprRef("width")), y=y, text="end:N")
    )
    layers = alt.layer(spoken, in_force, _steps(cases, y), state, data=ROWS)
    return finished(layers.properties(height=_HEIGHT), parameters={"earliest": 0})


def _steps(cases: alt.Chart, y: alt.Y) -> alt.Chart:
    """A sign for each step of a case that has a day."""
    names = list(_STEPS.values())
    return (
        cases.transform_fold(list(_STEPS), as_=["field", "on"])
        .transform_filter("isValid(datum.on)")
        .transform_calculate(step=f"{names!r}[indexof({list(_STEPS)!r}, datum.field)]")
        .mark_point(filled=True, size=55, opacity=1)
        .encode(
            x=alt.X("on:T", title=None, scale=_TIME),
            y=y,
            shape=alt.Shape("step:N", scale=alt.Scale(domain=names, range=_SHAPES)),
            color=coloured("step", names, _COLOURS),
            tooltip=[alt.Tooltip("case:N", title="case"), alt.Tooltip("step:N", title="step"), _day("on", "on")],
        )
    )


def _day(field: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:T", title=title, format="%d %b %Y", formatType="utc")
