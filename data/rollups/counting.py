"""Events, distinct people and revenue by period, interest and segment value, counted from the tables of visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from data.rollups import statements
from data.rollups.statements import load
from data.sql import json_path, literal

TREND_GRAINS = ("day", "week", "month")
COHORT_GRAINS = ("week", "month", "quarter")
BITS = 62
"""Values of a segment that one mask holds: a BIGINT without its sign, and one to spare."""


@dataclass(frozen=True)
class Kind:
    """One way to cut events into lines."""

    by: str
    """As pages call it: all, theme, category, brand or item."""
    kind: str
    """The table of visits it is counted from, or 'brand' or 'item', which are counted from single events."""
    deep: bool
    """Whether segments, cohorts and lifecycles are counted too, not only the whole."""
    light: bool = False
    """Whether distinct people are counted by month only; by day and week they are looked up when asked for."""

    @property
    def table(self) -> str:
        return "interest_trend" if self.deep else "item_trend"

    @property
    def order(self) -> str:
        """Lines of interests are read one after the other, items all at once for some periods."""
        return "t.o, t.start" if self.deep else "t.start, t.o"


def prepare_segments(connection: duckdb.DuckDBPyConnection, attributes: Sequence[str]) -> int:
    """Number every segment value, and say which a context and a person have; how many masks of bits there are.

    A mask holds the set of values a person was met with, so that distinct people of every value come from one pass.
    """
    columns = {name: name for name in ("country", "platform")} | {
        name: f"json_extract_string(attributes, {literal(json_path(name))})" for name in attributes
    }
    connection.execute(
        "create or replace temp table context_text as "
        + " union all ".join(
            f"select x, {literal(name)} as segment, {sql} as value from context where {sql} is not null"
            for name, sql in columns.items()
        )
    )
    met = connection.sql("select distinct segment, value from context_text order by 1, 2").pl()
    groups = connection.sql(
        "select distinct 'rfm' as segment, rfm as value from users union all"
        " select distinct 'cohort', strftime(cohort_day, '%Y-%m') from users order by 1, 2"
    ).pl()
    values = pl.concat([met, groups]).with_row_index("n", offset=1).with_columns(pl.col("n").cast(pl.Int32))
    everybody = pl.DataFrame({"n": [0], "segment": [""], "value": [""]}, values.schema)
    load(connection, "segment_value", pl.concat([everybody, values]))
    place = pl.int_range(pl.len()).over("segment")
    bits = values.filter(pl.col("segment").is_in(list(columns))).with_columns(chunk=place // BITS, place=place % BITS)
    chunks = bits.select("segment", "chunk").unique().sort("segment", "chunk").with_row_index("mask")
    bits = bits.join(chunks, on=["segment", "chunk"])
    powers = pl.Series("bit", [1 << place for place in bits["place"]], pl.Int64)
    load(connection, "mask_bit", bits.with_columns(powers).select(pl.col("mask").cast(pl.Int32), "bit", "n"))
    connection.execute(
        "create or replace temp table context_value as select t.x, v.n from context_text t"
        " join segment_value v on v.segment = t.segment and v.value = t.value"
    )
    sums = "".join(
        f", coalesce(max(case when b.mask = {mask} then b.bit end), 0) as m{mask}" for mask in range(chunks.height)
    )
    connection.execute(
        f"create or replace temp table context_mask as select c.x{sums} from context c"
        " left join context_value v on v.x = c.x left join mask_bit b on b.n = v.n group by c.x"
    )
    load(
        connection,
        "trend_grain",
        pl.DataFrame({"g": [1, 2, 3], "grain": TREND_GRAINS}, {"g": pl.Int32, "grain": pl.String}),
    )
    connection.execute(
        "create or replace temp table user_group as select u, r.n as rfm, c.n as cohort,"
        " cast(date_trunc('week', cohort_day) as date) as cohort_week,"
        " cast(date_trunc('month', cohort_day) as date) as cohort_month,"
        " cast(date_trunc('quarter', cohort_day) as date) as cohort_quarter from users p"
        " join segment_value r on r.segment = 'rfm' and r.value = p.rfm"
        " join segment_value c on c.segment = 'cohort' and c.value = strftime(p.cohort_day, '%Y-%m')"
    )
    connection.execute(
        "create or replace temp table cohort_start as select distinct cohort as n, cohort_month, cohort_quarter"
        " from user_group"
    )
    return chunks.height


def shown_lines(connection: duckdb.DuckDBPyConnection, kind: Kind, only: Sequence[str] | None = None) -> None:
    """The tables shown_line(l, o) and shown_name(o, id) of a kind; of themes only those shown as one of `only`."""
    if kind.by == "all":
        lines = f"select l, 0 as o, '' as id from line where \"by\" = {literal(kind.kind)}"
    elif kind.by == "theme":
        lines = (
            "select l.l, cast(dense_rank() over (order by f.final) as integer) as o, f.final as id from line l"
            " join theme_final f on f.raw = l.id where l.\"by\" = 'theme' and f.final is not null"
        )
    elif kind.by == "item":
        lines = "select s as l, s as o, item_id as id from subject where item_id is not null"
    else:
        lines = f'select l, l as o, id from line where "by" = {literal(kind.by)}'
    connection.execute(f"create or replace temp table shown as {lines}")
    if only is not None:
        load(connection, "wanted_id", pl.DataFrame({"id": list(only)}, {"id": pl.String}))
        connection.execute("delete from shown where id not in (select id from wanted_id)")
    connection.execute("create or replace temp table shown_line as select l, o from shown")
    connection.execute("create or replace temp table shown_name as select distinct o, id from shown")


def empty_parts(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin to count a kind."""
    connection.execute(
        "create or replace temp table trend_part (g integer, start date, o integer, n integer, events bigint,"
        " users bigint, revenue decimal(18, 4))"
    )
    connection.execute(
        "create or replace temp table cohort_part (grain varchar, cohort date, start date, o integer, n integer,"
        " users bigint, events bigint, revenue decimal(38, 4))"
    )


def count_batch(
    connection: duckdb.DuckDBPyConnection,
    kind: Kind,
    spans: pl.DataFrame,
    *,
    masks: int,
    cohorts: bool,
    factor: int = 1,
) -> None:
    """Add to trend_part (and cohort_part) what the source views hold for the periods in `spans` [grain, day, start],
    `factor` times."""
    statements.run(
        connection, f"counted_{kind.kind}" if kind.kind in ("brand", "item") else "counted_interest", kind=kind.kind
    )
    if kind.deep:
        statements.run(connection, "day_sum")
    statements.run(connection, "sale_sum" if kind.deep else "sale_sum_whole")
    for grain in (*TREND_GRAINS, "quarter"):
        days = spans.filter(pl.col("grain") == grain).select("day", "start")
        trends = grain in TREND_GRAINS
        if days.is_empty() or not (trends or cohorts):
            continue
        starts = (
            days.select("start").unique().sort("start").with_row_index("p").with_columns(pl.col("p").cast(pl.Int32))
        )
        load(connection, "period_start", starts)
        load(connection, "span", days.join(starts, on="start").select("day", "p"))
        if grain in ("day", "week") and kind.light:
            connection.execute(PERIOD_PART)
            statements.run(connection, "part_events")
            statements.run(connection, "trend_part", grain=str(TREND_GRAINS.index(grain) + 1), factor=str(factor))
            continue
        wanted = kind.deep and (trends or kind.by == "all")
        names = [f"m{mask}" for mask in range(masks if wanted else 0)]
        sums = "".join(f", bit_or(c.{name}) as {name}" for name in names)
        statements.run(
            connection, "person_sum", masks=sums, mask_join="\njoin context_mask c on c.x = v.x" if names else ""
        )
        if trends:
            connection.execute(PERIOD_PART)
            statements.run(connection, "part_whole")
            if kind.deep:
                _segments(connection, names)
            statements.run(connection, "trend_part", grain=str(TREND_GRAINS.index(grain) + 1), factor=str(factor))
        if cohorts and grain in COHORT_GRAINS:
            _cohorts(connection, kind, grain, names)


PERIOD_PART = (
    "create or replace temp table period_part (p integer, o integer, n integer, events bigint, users bigint,"
    " revenue decimal(38, 4))"
)


def _segments(connection: duckdb.DuckDBPyConnection, masks: Sequence[str]) -> None:
    statements.run(connection, "part_context")
    if masks:
        statements.run(connection, "mask_sum", mask_names=", ".join(masks))
        for mask, name in enumerate(masks):
            statements.run(connection, "part_mask", mask=str(mask), mask_name=name)
    statements.run(connection, "group_sum")
    statements.run(connection, "part_group")


def _cohorts(connection: duckdb.DuckDBPyConnection, kind: Kind, grain: str, masks: Sequence[str]) -> None:
    """Cells of cohorts: month and quarter cohorts are sums of what is counted by tier and month of cohort.

    Of one segment value, all interests together are counted in full. Single interests are counted by month and
    quarter: events and revenue of every segment, distinct people of tiers and months of cohort only.
    """
    words = {"grain": literal(grain), "grain_name": grain}
    whole, mask_names = kind.by == "all", ", ".join(masks)
    if grain == "week":
        statements.run(connection, "week_sum")
        statements.run(connection, "cohort_people_week")
        if whole:
            statements.run(connection, "week_segments")
    else:
        if grain not in TREND_GRAINS:
            statements.run(connection, "group_sum")
        statements.run(connection, "cohort_people", **words)
        if grain == "month":
            statements.run(connection, "cell_event")
        # A quarter's events are those of its months, whose table is still there.
        statements.run(connection, "cohort_context", **words)
    if whole and masks:
        name, cells = ("week_mask", "cohort_mask_week") if grain == "week" else ("cell_mask", "cohort_mask")
        statements.run(connection, name, mask_names=mask_names)
        for mask, mask_name in enumerate(masks):
            words_of_mask = {"mask": str(mask), "mask_name": mask_name}
            statements.run(connection, cells, **words_of_mask, **({} if grain == "week" else words))
    statements.run(connection, "cohort_revenue", **words)
    if whole or grain != "week":
        statements.run(connection, "cohort_revenue_segments", **words)


def keep_new(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """Write trend_part into the kind's table, which holds no line of it yet."""
    statements.run(connection, "trend_new", by=literal(kind.by), table=kind.table, order=kind.order)


def keep_merged(connection: duckdb.DuckDBPyConnection, kind: Kind, first: date) -> None:
    """Add trend_part, a difference, to the touched periods in the kind's table; none begins before `first`."""
    statements.run(connection, "trend_merged", table=kind.table, by=literal(kind.by), low=f"date {literal(first)}")
