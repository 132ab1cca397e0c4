"""The network: the pairs of parties with the most events, as lines from who acts to who is hit."""

from typing import Any, Literal

import altair as alt

from flows.web_report.drawing import INK, LINE, ROWS, canvas, finished, joined, placed, ranked

EDGES = 24  # lines
_HEIGHT = 500
_NODE_ROOM = alt.ExprRef("across / 3 - 14")  # pixels for the name of a party


def network() -> dict[str, Any]:
    """Who acts on the left, who is hit on the right; the thicker the line, the more events."""
    pairs = _pairs()
    y = alt.Y("actor_y:Q", axis=None, scale=alt.Scale(domain=[0, 1], reverse=True))
    across = alt.Scale(domain=[-1, 2], nice=False)
    lines = pairs.mark_rule(color=INK, opacity=0.55, strokeCap="round").encode(
        x=alt.X(datum=0, type="quantitative", axis=None, scale=across),
        x2=alt.X2(datum=1),
        y=y,
        y2=alt.Y2("target_y"),
        strokeWidth=alt.StrokeWidth("count:Q", scale=alt.Scale(type="sqrt", range=[1, 9]), legend=None),
        tooltip=[
            alt.Tooltip("actor:N", title="who acts"),
            alt.Tooltip("target:N", title="who is hit"),
            alt.Tooltip("count:Q", title="events", format=",d"),
        ],
    )
    layers = [lines]
    sides: list[tuple[str, int, int, Literal["left", "right"]]] = [("actor", 0, -9, "right"), ("target", 1, 9, "left")]
    for side, at, shift, align in sides:
        nodes = pairs.transform_aggregate(total="sum(count)", groupby=[side, f"{side}_y"]).encode(
            x=alt.X(datum=at, type="quantitative", axis=None, scale=across),
            y=alt.Y(f"{side}_y:Q", axis=None),
            tooltip=[alt.Tooltip(f"{side}:N", title="party"), alt.Tooltip("total:Q", title="events", format=",d")],
        )
        layers.append(nodes.mark_circle(size=60, color=LINE, opacity=1))
        layers.append(nodes.mark_text(align=align, dx=shift, limit=_NODE_ROOM, fontSize=12).encode(text=f"{side}:N"))
    return finished(alt.layer(*layers, data=ROWS).properties(height=_HEIGHT))


def _pairs() -> alt.Chart:
    """The pairs with the most events, and how far down, 0 to 1, each party of them stands."""
    pairs = (
        canvas(_HEIGHT)
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
    pairs = ranked(pairs, "actor").transform_joinaggregate([joined("mean", "actor_rank", "near")], groupby=["target"])
    pairs = placed(pairs, "target", alt.SortField("near", order="ascending"))
    for side in ("actor", "target"):
        pairs = pairs.transform_joinaggregate([joined("max", f"{side}_rank", f"{side}_last")]).transform_calculate(
            f"{side}_y", f"(datum.{side}_rank - 0.5) / datum.{side}_last"
        )
    return pairs
