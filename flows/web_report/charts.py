"""The charts of the web report, as Vega-Lite. The page puts the filtered rows into each chart's data."""

from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from flows.web_report.wording import ACTION_COLOURS, ACTIONS, STATUS_COLOURS, STATUSES

PARTIES = 12  # rows and columns of the heat map
EDGES = 24  # lines of the network
CASES = 18  # bars of the chart of episodes
# Room for words, in pixels, on a wide screen or a phone.
CASE_ROOM = alt.ExprRef("containerSize()[0] > 700 ? 330 : 130")
PARTY_ROOM = alt.ExprRef("containerSize()[0] > 450 ? 190 : 105")
NODE_ROOM = alt.ExprRef("0.29 * containerSize()[0] - 10")
LEGEND_COLUMNS = alt.ExprRef("containerSize()[0] > 450 ? 3 : 2")
SLANTED = 24  # pixels that the last of the slanted labels needs beside the heat map
INK, LINE = "#5b8def", "#8a8f98"  # legible on white and on black


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its words. `rows` says which rows of the page it shows; `columns` are those of its table."""

    name: str
    title: str
    lead: str
    rows: str
    columns: dict[str, str]
    specification: dict[str, Any]


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
            _timeline("action", actions, ACTION_COLOURS),
        ),
        Chart(
            "statuses",
            "Done, or only spoken of",
            "News reports many sanctions that are never imposed. The same events, by how real they are.",
            "dated",
            {"period": "When", "status": "How real"},
            _timeline("status", statuses, STATUS_COLOURS),
        ),
        Chart(
            "heat",
            "Who acts against whom",
            f"On the left the {PARTIES} who act most, at the top the {PARTIES} who are hit most. "
            "The stronger the colour, the more events. A minister or an agency counts as its country.",
            "placed",
            {"sender": "Who acts", "receiver": "Who is hit"},
            _heat(),
        ),
        Chart(
            "network",
            "Who is connected to whom",
            "People, companies and states by their names: on the left who acts, on the right who is hit. "
            f"The {EDGES} pairs with the most events; a thick line stands for many.",
            "paired",
            {"actor": "Who acts", "target": "Who is hit"},
            _network(),
        ),
        Chart(
            "measures",
            "With what",
            "The kinds of restriction that the events name. One event may name several.",
            "measures",
            {"measure": "Kind of restriction", "status": "How real"},
            _measures(statuses),
        ),
        Chart(
            "episodes",
            "The life of each case",
            f"The {CASES} cases that are told of most. The thin line begins with the first word of sanctions, the bar "
            "with their imposition; it ends where they are lifted, or runs on to the last day that was read.",
            "episodes",
            {"case": "Case", "state": "Where it stands", "imposed_on": "Imposed", "lifted_on": "Lifted"},
            _episodes(),
        ),
    ]


def _timeline(field: str, names: list[str], colours: list[str]) -> dict[str, Any]:
    chart = (
        _chart(240)
        .mark_bar()
        .encode(
            # The page takes months in place of years where the chosen events lie within a few years.
            x=alt.X("day:T", timeUnit="utcyear", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(grid=False)),
            y=alt.Y("count()", title="events", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color(
                f"{field}:N",
                scale=alt.Scale(domain=names, range=colours),
                legend=alt.Legend(title=None, orient="top", columns=LEGEND_COLUMNS),
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("day:T", timeUnit="utcyear", title="when"),
                alt.Tooltip(f"{field}:N", title="what"),
                alt.Tooltip("count()", title="events"),
            ],
        )
        .transform_calculate(place=f"indexof({names!r}, datum.{field})")
    )
    return _finished(chart)


def _heat() -> dict[str, Any]:
    most = alt.EncodingSortField("count", op="sum", order="descending")
    chart = (
        _ranked(
            _ranked(_chart(400).transform_aggregate(count="count()", groupby=["sender", "receiver"]), "sender"),
            "receiver",
        )
        .transform_filter(f"datum.sender_rank <= {PARTIES} && datum.receiver_rank <= {PARTIES}")
        .mark_rect(cornerRadius=2, color=INK)
        .encode(
            x=alt.X("receiver:N", sort=most, title=None, axis=alt.Axis(labelAngle=-60, labelLimit=110, orient="top")),
            y=alt.Y("sender:N", sort=most, title=None, axis=alt.Axis(labelLimit=PARTY_ROOM)),
            opacity=alt.Opacity(
                "count:Q",
                scale=alt.Scale(type="sqrt", range=[0.15, 1], zero=True),
                legend=alt.Legend(title="events", orient="bottom", tickCount=4, format="d"),
            ),
            tooltip=[
                alt.Tooltip("sender:N", title="who acts"),
                alt.Tooltip("receiver:N", title="who is hit"),
                alt.Tooltip("count:Q", title="events"),
            ],
        )
    )
    return _finished(chart, right=SLANTED)


def _network() -> dict[str, Any]:
    pairs = (
        _chart(460)
        .transform_aggregate(count="count()", groupby=["actor", "target"])
        .transform_window(
            place="row_number()",
            sort=[
                alt.SortField("count", order="descending"),
                alt.SortField("actor", order="ascending"),
                alt.SortField("target", order="ascending"),
            ],
        )
        .transform_filter(f"datum.place <= {EDGES}")
    )
    # Who is hit stands near those who hit it, so that fewer lines cross.
    pairs = _ranked(pairs, "actor").transform_joinaggregate([_joined("mean", "actor_rank", "near")], groupby=["target"])
    pairs = _placed(pairs, "target", alt.SortField("near", order="ascending"))
    for side in ("actor", "target"):
        pairs = pairs.transform_joinaggregate([_joined("max", f"{side}_rank", f"{side}_last")]).transform_calculate(
            f"{side}_y", f"(datum.{side}_rank - 0.5) / datum.{side}_last"
        )
    y = alt.Y("actor_y:Q", axis=None, scale=alt.Scale(domain=[0, 1], reverse=True))
    across = alt.Scale(domain=[-0.75, 1.75], nice=False)
    lines = pairs.mark_rule(color=INK, opacity=0.55, strokeCap="round").encode(
        x=alt.X(datum=0, type="quantitative", axis=None, scale=across),
        x2=alt.X2(datum=1),
        y=y,
        y2=alt.Y2("target_y"),
        strokeWidth=alt.StrokeWidth("count:Q", scale=alt.Scale(type="sqrt", range=[1, 9]), legend=None),
        tooltip=[
            alt.Tooltip("actor:N", title="who acts"),
            alt.Tooltip("target:N", title="who is hit"),
            alt.Tooltip("count:Q", title="events"),
        ],
    )
    layers = [lines]
    sides: list[tuple[str, int, int, Literal["left", "right"]]] = [("actor", 0, -9, "right"), ("target", 1, 9, "left")]
    for side, at, shift, align in sides:
        nodes = pairs.transform_aggregate(count="sum(count)", groupby=[side, f"{side}_y"]).encode(
            x=alt.X(datum=at, type="quantitative", axis=None, scale=across),
            y=alt.Y(f"{side}_y:Q", axis=None),
            tooltip=[alt.Tooltip(f"{side}:N", title="party"), alt.Tooltip("count:Q", title="events")],
        )
        layers.append(nodes.mark_circle(size=60, color=LINE, opacity=1))
        layers.append(nodes.mark_text(align=align, dx=shift, limit=NODE_ROOM).encode(text=f"{side}:N"))
    return _finished(alt.layer(*layers, data=alt.NamedData("rows")).properties(width="container", height=460))


def _measures(statuses: list[str]) -> dict[str, Any]:
    chart = (
        _chart(340)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("count()", title="events", axis=alt.Axis(tickMinStep=1, tickCount=8)),
            y=alt.Y(
                "measure:N",
                sort=alt.EncodingSortField(op="count", order="descending"),
                title=None,
                axis=alt.Axis(labelLimit=PARTY_ROOM),
            ),
            color=alt.Color(
                "status:N",
                scale=alt.Scale(domain=statuses, range=STATUS_COLOURS),
                legend=alt.Legend(title=None, orient="top", columns=LEGEND_COLUMNS),
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("measure:N", title="kind"),
                alt.Tooltip("status:N", title="how real"),
                alt.Tooltip("count()", title="events"),
            ],
        )
        .transform_calculate(place=f"indexof({statuses!r}, datum.status)")
    )
    return _finished(chart)


def _episodes() -> dict[str, Any]:
    steps = {
        "first_threatened_on": "threatened",
        "imposed_on": "imposed",
        "last_extended_on": "last extended",
        "first_eased_on": "first eased",
        "lifted_on": "lifted",
        "first_violated_on": "first broken",
    }
    shapes = ["triangle-down", "circle", "triangle-right", "triangle-up", "square", "cross"]
    colours = [ACTION_COLOURS[1], ACTION_COLOURS[0], LINE, ACTION_COLOURS[2], ACTION_COLOURS[3], ACTION_COLOURS[5]]
    cases = (
        _chart(520)
        .transform_window(place="row_number()", sort=[alt.SortField("event_count", order="descending")])
        .transform_filter(f"datum.place <= {CASES}")
    )
    y = alt.Y(
        "case:N",
        sort=alt.EncodingSortField("first_step_on", op="min"),
        title=None,
        axis=alt.Axis(labelLimit=CASE_ROOM, grid=True),
    )
    time = alt.Scale(type="utc")
    tooltip = [
        alt.Tooltip("case:N", title="case"),
        alt.Tooltip("state:N", title="where it stands"),
        alt.Tooltip("first_step_on:T", title="first told of", format="%d %b %Y", formatType="utc"),
        alt.Tooltip("imposed_on:T", title="imposed", format="%d %b %Y"),
        alt.Tooltip("lifted_on:T", title="lifted", format="%d %b %Y"),
        alt.Tooltip("event_count:Q", title="events"),
    ]
    spoken = cases.mark_rule(color=LINE, strokeWidth=2).encode(
        x=alt.X("first_step_on:T", title=None, scale=time), x2="last_step_on:T", y=y, tooltip=tooltip
    )
    in_force = (
        cases.transform_filter("isValid(datum.in_force_until_on)")
        .mark_bar(color=INK, opacity=0.45, height=10, cornerRadius=2)
        .encode(x=alt.X("in_force_from_on:T", title=None, scale=time), x2="in_force_until_on:T", y=y, tooltip=tooltip)
    )
    names = list(steps.values())
    marks = (
        cases.transform_fold(list(steps), as_=["field", "on"])
        .transform_filter("isValid(datum.on)")
        .transform_calculate(step=f"{names!r}[indexof({list(steps)!r}, datum.field)]")
        .mark_point(filled=True, size=55, opacity=1)
        .encode(
            x=alt.X("on:T", title=None, scale=time),
            y=y,
            shape=alt.Shape(
                "step:N",
                scale=alt.Scale(domain=names, range=shapes),
                legend=alt.Legend(title=None, orient="top", columns=LEGEND_COLUMNS),
            ),
            color=alt.Color("step:N", scale=alt.Scale(domain=names, range=colours)),
            tooltip=[
                alt.Tooltip("case:N", title="case"),
                alt.Tooltip("step:N", title="step"),
                alt.Tooltip("on:T", title="on", format="%d %b %Y"),
            ],
        )
    )
    return _finished(
        alt.layer(spoken, in_force, marks, data=alt.NamedData("rows")).properties(width="container", height=520)
    )


def _chart(height: int) -> alt.Chart:
    return alt.Chart(alt.NamedData("rows")).properties(width="container", height=height)


def _ranked(chart: alt.Chart, side: str) -> alt.Chart:
    """Rank the values of the column `side`, 1 for the one with the most events; equal ones by their name."""
    summed = chart.transform_joinaggregate([_joined("sum", "count", f"{side}_sum")], groupby=[side])
    return _placed(summed, side, alt.SortField(f"{side}_sum", order="descending"))


def _placed(chart: alt.Chart, side: str, first: alt.SortField) -> alt.Chart:
    rank = alt.WindowFieldDef.from_dict({"op": "dense_rank", "as": f"{side}_rank"})
    return chart.transform_window([rank], sort=[first, alt.SortField(side, order="ascending")])


def _joined(operation: Literal["sum", "mean", "max"], field: str, name: str) -> alt.JoinAggregateFieldDef:
    return alt.JoinAggregateFieldDef(op=operation, field=field, **{"as": name})


def _finished(chart: alt.Chart | alt.LayerChart | alt.FacetChart, right: int = 4) -> dict[str, Any]:
    """The specification. Letters and lines take their colours from the page, which knows light, dark and print."""
    plain = (
        chart.configure(
            background="transparent",
            font="system-ui, sans-serif",
            padding={"left": 4, "top": 4, "right": right, "bottom": 4},
        )
        .configure_view(stroke=None)
        .configure_axis(domain=False, ticks=False, labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
        .configure_legend(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", symbolType="square")
        .configure_scale(bandPaddingInner=0.15)
    )
    return plain.to_dict()
