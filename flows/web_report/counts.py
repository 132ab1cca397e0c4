"""The charts that count events: over time, by pair of countries, by kind of restriction."""

from typing import Any

import altair as alt

from flows.web_report.drawing import INK, PARTY_ROOM, canvas, coloured, finished, in_order, ranked

PARTIES = 12  # rows and columns of the heat map
_SLANTED = 24  # pixels that the last of the slanted labels needs beside the heat map
_PERIODS = alt.Axis(labelAngle=0, labelExpr="split(datum.label, ' ')", labelOverlap="greedy", labelSeparation=2)
_COUNT = alt.Tooltip("sum(count):Q", title="events", format=",d")


def timeline(field: str, names: list[str], colours: list[str]) -> dict[str, Any]:
    """Bars of events by year or month, stacked by the column `field` in the order of `names`."""
    chart = (
        canvas(240)
        .mark_bar()
        .encode(
            # The page has a row for every period, so that those without events keep their place.
            x=alt.X("period:O", sort=None, title=None, axis=_PERIODS),
            y=alt.Y("sum(count):Q", title="events", axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")),
            color=coloured(field, names, colours),
            order=alt.Order("place:Q"),
            tooltip=[alt.Tooltip("period:O", title="when"), alt.Tooltip(f"{field}:N", title="what"), _COUNT],
        )
    )
    return finished(in_order(chart, field, names))


def heat() -> dict[str, Any]:
    """Who acts against whom, a cell for each pair, its number in it."""
    most = alt.EncodingSortField("count", op="sum", order="descending")
    cells = (
        ranked(ranked(canvas(400), "sender"), "receiver")
        .transform_filter(f"datum.sender_rank <= {PARTIES} && datum.receiver_rank <= {PARTIES}")
        .encode(
            x=alt.X("receiver:N", sort=most, title=None, axis=alt.Axis(labelAngle=-60, labelLimit=110, orient="top")),
            y=alt.Y("sender:N", sort=most, title=None, axis=alt.Axis(labelLimit=PARTY_ROOM)),
            tooltip=[
                alt.Tooltip("sender:N", title="who acts"),
                alt.Tooltip("receiver:N", title="who is hit"),
                alt.Tooltip("count:Q", title="events", format=",d"),
            ],
        )
    )
    shades = cells.mark_rect(cornerRadius=2, color=INK).encode(
        opacity=alt.Opacity(
            "count:Q", scale=alt.Scale(type="sqrt", domainMin=0, range=[0.1, 0.75]), legend=None
        )
    )  # fmt: skip
    numbers = cells.mark_text(fontSize=alt.ExprRef("across > 450 ? 11 : 9")).encode(text=alt.Text("count:Q"))
    return finished(alt.layer(shades, numbers), right=_SLANTED)


def measures(statuses: list[str], colours: list[str]) -> dict[str, Any]:
    """Bars of events by kind of restriction, stacked by status."""
    chart = (
        canvas(340)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("sum(count):Q", title="events", axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")),
            y=alt.Y(
                "measure:N",
                sort=alt.EncodingSortField("count", op="sum", order="descending"),
                title=None,
                axis=alt.Axis(labelLimit=150),
            ),
            color=coloured("status", statuses, colours),
            order=alt.Order("place:Q"),
            tooltip=[alt.Tooltip("measure:N", title="kind"), alt.Tooltip("status:N", title="how real"), _COUNT],
        )
    )
    return finished(in_order(chart, "status", statuses))
