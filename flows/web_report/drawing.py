"""What the charts have in common: the width that the page gives them, their colours, and how their rows are ranked.

A chart is drawn as wide as its place in the page, or the paper: the page sets the width and with it `across`, the same
number for the expressions that share out the room.
"""

from typing import Any, Literal

import altair as alt

INK, LINE = "#5b8def", "#8a8f98"  # legible on white and on black
ROWS = alt.NamedData("rows")  # the page puts them in
PARTY_ROOM = alt.ExprRef("across > 450 ? 190 : 105")  # pixels for the name of a party
_LEGEND_COLUMNS = alt.ExprRef("across > 900 ? 6 : across > 450 ? 3 : 2")
_WIDTH = 520


def canvas(height: int) -> alt.Chart:
    """A chart of `height` pixels, without marks."""
    return alt.Chart(ROWS).properties(height=height)


def finished(
    chart: alt.Chart | alt.LayerChart | alt.FacetChart,
    *,
    right: int = 4,
    parameters: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The specification. `right`: pixels at the right edge. `parameters`: what else the page sets.

    Letters and lines take their colours from the page, which knows light, dark and print.
    """
    padding = {"left": 4, "top": 4, "right": right, "bottom": 4}
    plain = (
        chart.properties(width=_WIDTH, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"), padding=padding)
        .configure(background="transparent", font="system-ui, sans-serif")
        .configure_view(stroke=None)
        .configure_axis(
            domain=False, ticks=False, labelPadding=6, labelFontSize=12, titleFontSize=12, titleFontWeight="normal"
        )
        .configure_axisX(labelSeparation=6)
        .configure_legend(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", symbolType="square")
        .configure_scale(bandPaddingInner=0.15)
    )
    set_by_page = {"across": _WIDTH, **(parameters or {})}
    return {**plain.to_dict(), "params": [{"name": name, "value": value} for name, value in set_by_page.items()]}


def coloured(field: str, names: list[str], colours: list[str]) -> alt.Color:
    """A colour for each of `names`, told above the chart."""
    return alt.Color(
        f"{field}:N",
        scale=alt.Scale(domain=names, range=colours),
        legend=alt.Legend(title=None, orient="top", columns=_LEGEND_COLUMNS),
    )


def in_order(chart: alt.Chart, field: str, names: list[str]) -> alt.Chart:
    """A column `place`, by which the parts of a bar follow the order of `names`."""
    return chart.transform_calculate(place=f"indexof({names!r}, datum.{field})")


def ranked(chart: alt.Chart, side: str) -> alt.Chart:
    """A column `…_rank` for the values of the column `side`: 1 for the one with the most events; equal ones by name."""
    summed = chart.transform_joinaggregate([joined("sum", "count", f"{side}_sum")], groupby=[side])
    return placed(summed, side, alt.SortField(f"{side}_sum", order="descending"))


def placed(chart: alt.Chart, side: str, first: alt.SortField) -> alt.Chart:
    """A column `…_rank` for the values of the column `side`, in the order of the column `first`, then by name."""
    rank = alt.WindowFieldDef.from_dict({"op": "dense_rank", "as": f"{side}_rank"})
    return chart.transform_window([rank], sort=[first, alt.SortField(side, order="ascending")])


def joined(operation: Literal["sum", "mean", "max"], field: str, name: str) -> alt.JoinAggregateFieldDef:
    """The column `name`: `operation` over the rows of a group."""
    return alt.JoinAggregateFieldDef(op=operation, field=field, **{"as": name})
