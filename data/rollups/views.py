"""The views that pages look people up in: one row per person, day and line, whatever table it lies in."""

from collections.abc import Sequence

import duckdb

from data.rollups.counting import Kind
from data.sql import literal

VISIT = """
select v.day, {by} as "by", n.id, v.u, c.country, c.platform, c.attributes, v.events, 0 as purchases,
    cast(0 as decimal(18, 4)) as revenue
from {rows} v join shown_interest n on n."by" = {by} and n.l = v.{line} join context c on c.x = v.x"""
SALE = """
select v.day, {by} as "by", n.id, v.u, c.country, c.platform, c.attributes, 0 as events, v.purchases, v.revenue
from (select s.*, l.theme, l.category, l.brand, l.whole from sale_item s join subject_line l on l.s = s.s) v
join shown_interest n on n."by" = {by} and n.l = v.{line} join context c on c.x = v.x"""
SINGLE = "(select i.day, i.u, i.x, l.brand, 1 as events from visit_item i join subject_line l on l.s = i.s)"
ITEM = """
select v.day, 'item' as "by", s.item_id as id, v.u, c.country, c.platform, c.attributes, v.events, v.purchases,
    v.revenue
from (
    select day, u, s, x, 1 as events, 0 as purchases, cast(0 as decimal(18, 4)) as revenue from visit_item
    union all
    select day, u, s, x, 0 as events, purchases, revenue from sale_item
) v join subject s on s.s = v.s join context c on c.x = v.x
where s.item_id is not null"""
SHOWN = """
create or replace table shown_interest as
select case when "by" = {whole} then 'all' else '' end as "by", l, '' as id from line where "by" = {whole}
union all
select 'theme', l.l, f.final from line l join theme_final f on f.raw = l.id
where l."by" = 'theme' and f.final is not null
union all
select "by", l, id from line where "by" in ('category', 'brand')"""


def create_views(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str], shown: Sequence[Kind]) -> None:
    """The views user_day, visit_interest and trend, and the table shown_interest that they read.

    user_day [day, by, id, u, country, platform, attributes, events, purchases, revenue]: everything anybody did; its
    rows add up, and people are told by u. visit_interest [by, day, u, v, id, events]: the visits of each kept kind
    (v tells visits of one person on one day, or over a midnight, apart).
    trend [by, grain, start, id, segment, value, events, users, revenue].
    """
    connection.execute(SHOWN.format(whole=literal(kinds[0])))
    parts = [ITEM]
    for kind in shown:
        by, line = literal(kind.by), kind.kind
        if kind.by == "brand":
            parts.append(VISIT.format(by=by, rows=SINGLE, line="brand"))
        elif kind.by != "item":
            parts.append(VISIT.format(by=by, rows=f"visit_{line}", line="l"))
        if kind.by != "item":
            parts.append(SALE.format(by=by, line=line))
    connection.execute("create or replace view user_day as " + " union all ".join(parts))
    visits = [
        f'select {literal(kind.by)} as "by", v.day, v.u, v.v, n.id, v.events from visit_{kind.kind} v'
        f' join shown_interest n on n."by" = {literal(kind.by)} and n.l = v.l'
        for kind in shown
        if kind.kind not in ("brand", "item")
    ]
    connection.execute("create or replace view visit_interest as " + " union all ".join(visits))
    connection.execute(
        "create or replace view trend as select * from interest_trend union all select * from item_trend"
    )
