"""SQL that makes the visits of some days and what is looked at in each, as temporary tables `visit` and `look`."""

from data.samples.planted.effects import BUY
from data.samples.planted.people import FAVOURITES

FOCUS = 0.4
"""Part of the looks of a visit that go to the interest the visit is about; the others follow the person's taste."""
MOST_LOOKS = 12
CELLS = 4096
"""Cells of the table from which an interest is drawn by the shop's weights."""
CHANCES = {"remove": 0.028, "cart": 0.05, "wishlist": 0.04}
"""Outcomes of a look besides a purchase; the rest are plain views."""
SEARCHES = 0.08

# A visit draws its day's number, its user by the alias table, the time of day (a hump in the afternoon and one in the
# evening), the number of looks (geometric), and whether it follows the transition rule.
VISITS = """
create or replace temp table visit as
with made as (
    select day, first + unnest(range(visits)) as v from calendar where day >= {since} and day < {until}
), drawn as (
    select day, v, draw('visit', v) as h, draw('way', v) as g from made
), placed as (
    select *, cast(floor(bits(h, 0, 32) * {users}) as integer) as cell from drawn
), met as (
    select p.*, case when bits(p.h, 32, 24) < a.keep then a.cell else a.other end as u
    from placed p join alias a using (cell)
)
select m.v, m.day, m.u,
    cast(1 + least(floor(ln(1 - bits(m.h, 104, 24)) / ln(0.744)), {most} - 1) as integer) as n,
    cast(floor(86400 * (
        case when bits(m.g, 104, 16) < 0.25 then 0.85 + 0.17 * (bits(m.h, 56, 24) + bits(m.h, 80, 24) - 1)
        else 0.58 + 0.5 * (bits(m.h, 56, 24) + bits(m.h, 80, 24) - 1) end + 1)) as integer) % 86400 as second,
    cast(20 + floor(80 * bits(m.g, 24, 24)) as integer) as gap,
    bits(m.g, 0, 24) as about,
    cast(floor(bits(m.g, 64, 16) * 8) as integer) as platform,
    bits(m.g, 48, 16) < {transition} and p.change_day is null as ruled,
    p.* exclude (u)
from met m join person p using (u)
where p.comes_from is null or m.day >= p.comes_from or bits(m.g, 80, 24) < p.comes_before
"""

LOOKS = """
create or replace temp table look as
with made as (
    select *, unnest(range(n)) as s from visit
), drawn as (
    select *, v * 16 + s as number, draw('look', v * 16 + s) as h, draw('turn', v * 16 + s) as g from made
), aimed as (
    select *, case when bits(h, 0, 16) < {focus} then about else bits(h, 16, 24) end as x from drawn
), wanted as (
    select a.*, case {ruled} when a.change_day <= a.day and a.x < a.change_by then a.change_to
        {favourites} else c.k end as taste
    from aimed a join cell c on c.cell = cast(greatest(floor((a.x - a.c4) / (1 - a.c4) * {cells}), 0) as integer)
), turned as (
    select *, {swap} as k from wanted
), picked as (
    select *, k * {items} + least(cast(floor(exp(bits(h, 40, 24) * ln({items} + 1))) as integer), {items}) - 1 as looked
    from turned
), met as (
    select p.* exclude (looked), p.looked, i.keep as interest_keep, i.demand, t.keep as item_keep, t.divert, t.target
    from picked p
    left join interest_day i on i.k = p.k and i.day = p.day
    left join item_day t on t.item = p.looked and t.day = p.day
    where bits(p.h, 64, 16) < coalesce(i.keep, 1) * coalesce(t.keep, 1)
        and (t.divert is null or bits(p.g, 32, 16) < t.divert)
), settled as (
    select m.*, coalesce(m.target, m.looked) as item from met m
)
select m.v, cast(m.s as tinyint) as s, m.number, m.day, m.u, m.item, m.n, m.gap, m.second, m.platform, m.ruled, m.g,
    m.day * 86400 + m.second + cast(m.s as integer) * m.gap + cast(floor(bits(m.g, 0, 16) * m.gap / 4) as integer) as t,
    coalesce(t.price, 1) as price_factor, bits(m.h, 80, 24) as chance,
    coalesce(t.buy, {buy}) * coalesce(m.demand, 1) as buys,
    case when m.ruled and m.s < m.n - 1 then 'view'
        when chance < buys then 'purchase'
        when chance < buys + {remove} then 'remove'
        when chance < buys + {remove} + {cart} then 'cart'
        when chance < buys + {remove} + {cart} + {wishlist} then 'wishlist'
        else 'view' end as outcome
from settled m left join item_day t on t.item = m.item and t.day = m.day
"""


def visits_sql(since: int, until: int, users: int, transition: float) -> str:
    """SQL for the visits that begin on the days from `since` to before `until`."""
    return VISITS.format(since=since, until=until, users=users, transition=transition, most=MOST_LOOKS)


def looks_sql(items: int, swap: tuple[int, int, int, float] | None, ruled: str = "") -> str:
    """SQL for the looks of the visits in table `visit`; `items` is the number of items of an interest."""
    favourites = " ".join(f"when a.x < a.c{i} then a.f{i}" for i in range(1, FAVOURITES + 1))
    swapped = "taste"
    if swap:
        source, target, day, part = swap
        swapped = (
            f"case when taste = {source} and swaps and day >= {day} and bits(g, 16, 16) < {part} then {target}"
            " else taste end"
        )
    return LOOKS.format(
        focus=FOCUS, cells=CELLS, favourites=favourites, swap=swapped, items=items, buy=BUY, ruled=ruled, **CHANCES
    )
