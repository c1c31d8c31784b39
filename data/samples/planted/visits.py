"""SQL that makes the visits of some days and what is looked at in each, as temporary tables `visit` and `look`."""

from data.samples.planted.effects import BUY, Effects
from data.samples.planted.people import FAVOURITES

FOCUS = 0.3
"""Part of the looks of a visit that go to the interest the visit is about; the others follow the person's taste."""
MOST_LOOKS = 12
MORE_LOOKS = 0.744
"""How likely a further look is."""
CELLS = 4096
"""Cells of the table from which an interest is drawn by the shop's weights."""
CHANCES = {"remove": 0.028, "cart": 0.05, "wishlist": 0.04}
"""Outcomes of a look besides a purchase; the rest are plain views."""

# A visit draws its user by the alias table, its time of day (a hump in the afternoon and one in the evening), how many
# looks it has, and whether it follows the transition rule. It ends before midnight: each of its events has its day.
VISITS = """
create or replace temp table visit as
with made as (
    select day, first + unnest(range(visits)) as v from calendar where day >= {since} and day < {until}
), drawn as (
    select day, v, draw('visit', v) as h, draw('way', v) as g from made
), placed as (
    select *, cast(floor(bits(h, 0, 32) * {users}) as integer) as cell,
        cast(1 + least(floor(ln(1 - bits(h, 104, 24)) / ln({more})), {most} - 1) as integer) as n,
        cast(20 + floor(80 * bits(g, 24, 24)) as integer) as gap,
        bits(h, 56, 24) + bits(h, 80, 24) - 1 as hump
    from drawn
), met as (
    select p.*, case when bits(p.h, 32, 24) < a.keep then a.cell else a.other end as u
    from placed p join alias a using (cell)
)
select m.v, m.day, m.u, m.n, m.gap,
    m.day * 86400 + least(cast(floor(86400 * (
        case when bits(m.g, 104, 16) < 0.25 then 0.85 + 0.17 * m.hump else 0.58 + 0.5 * m.hump end + 1)) as integer)
        % 86400, 86340 - m.n * m.gap) as begins,
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
    select *, unnest(range(n)) as s from visit {chains}
), drawn as (
    select *, v * 16 + s as number, draw('look', v * 16 + s) as h, draw('turn', v * 16 + s) as g from made
), aimed as (
    select *, case when bits(h, 0, 16) < {focus} then about else bits(h, 16, 24) end as x from drawn
), wanted as (
    select a.*, case {ruled} when a.change_day <= a.day and a.x < a.change_by then a.change_to
        {favourites} else c.k end as taste
    from aimed a join cell c on c.cell = cast(greatest(floor((a.x - a.c4) / (1.000001 - a.c4) * {cells}), 0) as integer)
), turned as (
    select *, {swap} as k from wanted
), picked as (
    select *, k * {items} + least(cast(floor(exp(bits(h, 40, 24) * ln({items} + 1))) as integer), {items}) - 1 as looked
    from turned
), met as (
    select p.*, i.demand, coalesce(t.target, p.looked) as item
    from picked p
    left join interest_day i on i.k = p.k and i.day = p.day
    left join item_day t on t.item = p.looked and t.day = p.day
    where bits(p.h, 64, 16) < coalesce(i.keep, 1) * coalesce(t.keep, 1)
        and (t.divert is null or bits(p.g, 32, 16) < t.divert)
)
select m.v, cast(m.s as tinyint) as s, m.number, m.day, m.u, m.item, m.gap, m.platform, m.ruled, m.s = m.n - 1 as last,
    m.g, m.begins + cast(m.s as integer) * m.gap + cast(floor(bits(m.g, 0, 16) * m.gap / 4) as integer) as t,
    m.begins + m.n * m.gap + 5 + cast(m.s as integer) as paid_at,
    coalesce(t.price, 1) as price_factor, bits(m.h, 80, 24) as chance,
    coalesce(t.buy, {buy}) * coalesce(m.demand, 1) as buys,
    case when m.ruled and m.s < m.n - 1 then 'view'
        when chance < buys then 'purchase'
        when chance < buys + {remove} then 'remove'
        when chance < buys + {remove} + {cart} then 'cart'
        when chance < buys + {remove} + {cart} + {wishlist} then 'wishlist'
        else 'view' end as outcome
from met m left join item_day t on t.item = m.item and t.day = m.day
"""

# People whom a campaign counts come once more and buy.
INVITATIONS = """
insert into look by name
select {first} + n as v, cast(0 as tinyint) as s, ({first} + n) * 16 as number, day, u, item, 30 as gap, 0 as platform,
    false as ruled, true as last, draw('turn', ({first} + n) * 16) as g, day * 86400 + second as t,
    day * 86400 + second + 35 as paid_at, price as price_factor, 0 as chance, 1 as buys, 'purchase' as outcome
from invitation where day >= {since} and day < {until}
"""

# Every order draws, pair by pair, whether none, one or both of two items are added at the till; slots from 20 on.
EXTRAS = """
insert into look by name
with orders as (
    select v, day, u, platform, max(paid_at - s) as closed from look where outcome = 'purchase' group by all
), drawn as (
    select o.*, p.*, bits(draw('pair', o.v * 16 + p.pair), 0, 32) as x from orders o cross join pair p
), sided as (
    select *, unnest([0, 1]) as side from drawn where x < together + 2 * alone
)
select v, cast(20 + 2 * pair + side as tinyint) as s, v * 64 + 20 + 2 * pair + side as number, day, u,
    case side when 0 then item else other end as item, 20 as gap, platform, false as ruled, false as last,
    draw('extra', v * 64 + 20 + 2 * pair + side) as g, closed - 4 as t, closed + 20 + 2 * pair + side as paid_at,
    1 as price_factor, 0 as chance, 1 as buys, 'extra' as outcome
from sided where x < together or (side = 0) = (x < together + alone)
"""


def visits_sql(since: int, until: int, users: int, transition: float) -> str:
    """SQL for the visits that begin on the days from `since` to before `until`."""
    return VISITS.format(since=since, until=until, users=users, transition=transition, most=MOST_LOOKS, more=MORE_LOOKS)


def looks_sql(items: int, effects: Effects) -> str:
    """SQL for the looks of the visits in table `visit`; `items` is the number of items of an interest."""
    favourites = " ".join(f"when a.x < a.c{i} then a.f{i}" for i in range(1, FAVOURITES + 1))
    swapped = "taste"
    if effects.swap:
        source, target, day, part = effects.swap
        swapped = (
            f"case when taste = {source} and swaps and day >= {day} and bits(g, 16, 16) < {part} then {target}"
            " else taste end"
        )
    ruled, chains = ("when a.ruled then a.chain[a.s + 1]", "left join chain using (v)") if effects.rule else ("", "")
    return LOOKS.format(
        focus=FOCUS,
        cells=CELLS,
        favourites=favourites,
        swap=swapped,
        items=items,
        buy=BUY,
        ruled=ruled,
        chains=chains,
        **CHANCES,
    )


def chains_sql(effects: Effects) -> str:
    """SQL for the interests of the visits that follow the transition rule, look by look: table `chain` (v, chain)."""
    assert effects.rule is not None
    interests, rule, followed = effects.rule
    count, flat = len(interests), [int(place) for place in rule.flatten()]
    sql = "select v, draw('chain', v) as a, draw('link', v) as b from visit where ruled"
    for s in range(MOST_LOOKS):
        w = f"bits({'a' if s < 6 else 'b'}, {21 * (s % 6)}, 21)"
        free = f"cast(floor({w} * {count}) as integer)"
        if s >= 2:
            free = f"cast(floor(({w} - {followed}) / {1 - followed} * {count}) as integer)"
            free = f"case when {w} < {followed} then {flat}[c{s - 2} * {count} + c{s - 1} + 1] else {free} end"
        sql = f"select *, {free} as c{s} from ({sql})"
    chain = ", ".join(f"{list(interests)}[c{s} + 1]" for s in range(MOST_LOOKS))
    return f"create or replace temp table chain as select v, [{chain}] as chain from ({sql})"
