"""SQL that turns looks into events, and events into the rows of the log."""

import polars as pl

DAY = 86_400
WARM_UP = 30
"""Days before the log: what was bought then may be returned or reviewed within it, so that no day is a first one."""
REFUNDED, REVIEWED = 0.05, 0.12
SEARCHED = 0.08
PIECES = "1 + (bits(g, 80, 16) > 0.85)::integer + (bits(g, 80, 16) > 0.97)::integer"
"""One piece, two or three."""

STEPS = pl.DataFrame(
    [
        ("view", 0, "view", 0.0),
        ("wishlist", 0, "view", 0.0), ("wishlist", 1, "wishlist", 0.3),
        ("cart", 0, "view", 0.0), ("cart", 1, "cart", 0.3),
        ("remove", 0, "view", 0.0), ("remove", 1, "cart", 0.3), ("remove", 2, "remove_from_cart", 0.55),
        ("purchase", 0, "view", 0.0), ("purchase", 1, "cart", 0.3), ("purchase", 2, "purchase", None),
        ("extra", 2, "purchase", None),
    ],
    schema=["outcome", "step", "event_type", "part"], orient="row",
)  # fmt: skip
"""The events of a look by its outcome, and after which part of the time to the next look; purchases end the visit."""

# A line of an order carries its own second: two lines for the same item are two rows that differ.
EVENTS = """
create or replace temp table event as
with paid as (
    select *, draw('after', number) as a from look where outcome in ('purchase', 'extra')
), late as (
    select paid_at + cast(floor(86400 * (1 + 20 * bits(a, 0, 32))) as integer) as t, v, s, 3 as step,
        'refund' as event_type, u, item, price_factor, cast(null as integer) as platform,
        cast(null as integer) as words, {pieces} as quantity, cast(null as double) as loose
    from paid where bits(g, 96, 16) < {refunded}
    union all
    select paid_at + cast(floor(86400 * (2 + 24 * bits(a, 32, 32))) as integer), v, s, 4, 'review', u, item, null,
        null, cast(floor(bits(a, 64, 24) * 16777216) as integer), null, null
    from paid where bits(g, 112, 16) < {reviewed}
)
select case when p.event_type = 'purchase' then l.paid_at else l.t + cast(floor(p.part * l.gap) as integer) end as t,
    l.v, l.s, p.step, p.event_type, l.u, l.item, l.price_factor, l.platform, cast(null as integer) as words,
    case when p.event_type = 'purchase' then {pieces} end as quantity,
    case when l.outcome = 'view' and (not l.ruled or l.last) then l.chance end as loose
from look l join step p using (outcome)
union all
select t - 5, v, s, -1, 'search', u, item, null, platform, cast(floor(bits(g, 64, 16) * {searches}) as integer),
    null, null
from look where outcome <> 'extra' and bits(g, 48, 16) < {searching} and (not ruled or s = 0)
union all
select l.* from late l anti join absent a on a.item = l.item and a.day = l.t // 86400
"""

# `loose` views are taken out, those with the highest chance first, until the log has the rows it should have.
ROWS = """
with surplus as (
    select v, s from {source} where loose > {loose} order by loose desc, v, s limit {surplus}
), kept as (
    select e.* from {source} e left join surplus x on x.v = e.v and x.s = e.s and e.step = 0 where x.v is null
), stars as (
    select k.*, k.event_type not in ('search', 'review') as priced,
        case when k.event_type = 'review' then cast(least(greatest(round(
            i.quality + 0.9 * ln((k.words % 4096 + 0.5) / (4095.5 - k.words % 4096))), 1), 5) as integer) end as stars
    from kept k left join item i using (item)
)
select timestamp '{first} 00:00:00' + to_seconds(e.t) as event_time, e.event_type, p.user_id,
    case when e.event_type <> 'search' then i.item_id end as item_id,
    case when e.event_type <> 'search' then i.name end as item_name,
    case when e.priced then i.category end as category, case when e.priced then i.brand end as brand,
    case when e.priced then round(i.price * e.price_factor, 2)::decimal(10, 2) end as price,
    e.quantity, case when e.priced then {currency} end as currency,
    case when e.event_type in ('purchase', 'refund') then 'O' || to_base(e.v, 36, 7) end as order_id,
    case when e.event_type not in ('refund', 'review') then 'S' || to_base(e.v, 36, 7) end as session_id,
    q.query, e.stars as rating,
    replace(replace(o.said, '{{noun}}', i.noun), '{{brand}}', cast(i.brand as varchar)) as review_text,
    case when e.event_type <> 'review' then p.country end as country, w.platform
from stars e
join person p using (u)
left join item i using (item)
left join search q on e.event_type = 'search' and q.k = i.k and q.words = e.words
left join platform w on w.number = e.platform
left join opinion o on o.stars = e.stars and o.place = (e.words // 4096) % {opinions}
order by e.t, e.v, e.s, e.step
"""
