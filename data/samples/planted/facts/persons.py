"""Facts about persons: who moved, who came more often, and a change of behaviour that many share."""

import numpy as np
import polars as pl

from data.errors import InputError
from data.samples.planted.facts.shop import Shop, Truth

MOVERS, HEAVY = 0.06, 0.6
"""Part of the users who move, and part of the movers who come so often that one can tell."""
WEAKEST, STRONGEST = 0.2, 0.8
VISITS_A_SIDE = 20
ROWS_A_VISIT = 5.0
SPREAD = 14
"""Movers change within so many days before and after the great change."""
ROWS_A_USER = 30
COMERS, MORE_OFTEN, DEVOTED = 0.1, 3.0, 0.5
SWAPPERS, SWAPPED = 0.6, 0.5


def movers(shop: Shop) -> Truth:
    """Users who move a part of their looks, 20 to 80 points, from one interest to another on a day of their own."""
    knobs, draw = shop.knobs, shop.draw("movers")
    if knobs.rows < ROWS_A_USER * knobs.users:
        raise InputError(
            f"--users {knobs.users:,} is too many for --rows {knobs.rows:,}: movers can only be told with at least"
            f" {ROWS_A_USER} rows a user. Ask for fewer users or more rows, or leave movers out with --only."
        )
    count = round(MOVERS * knobs.users)
    who = np.sort(draw.choice(knobs.users, count, replace=False))
    heavy = np.zeros(count, dtype=bool)
    heavy[draw.choice(count, round(HEAVY * count), replace=False)] = True
    strength = draw.uniform(WEAKEST, STRONGEST, count)
    source = draw.choice(shop.layout.roles["movers"], count)
    # From an interest to another one: the same pool, at least one place further.
    pool = np.asarray(shop.layout.roles["movers"])
    places = np.searchsorted(np.sort(pool), source) + draw.integers(1, len(pool), count)
    target = np.sort(pool)[places % len(pool)]
    spread = min(SPREAD, shop.layout.change // 4)
    day = shop.layout.change + draw.integers(-spread, spread + 1, count)
    _give_tastes(shop, who, source, target, strength, draw)
    _give_visits(shop, who[heavy], draw)
    shop.effects.person_rows.append(
        pl.DataFrame({"u": who, "change_day": day, "change_to": target, "change_by": strength})
    )
    shop.tell(
        "movers",
        who,
        {
            "from": [shop.paths[k] for k in source],
            "to": [shop.paths[k] for k in target],
            "strength": strength,
            "date": [knobs.date(int(each)) for each in day],
            "heavy": heavy,
        },
    )
    return shop.truth(
        float(strength.mean()),
        since=shop.layout.change - spread,
        until=shop.layout.change + spread,
        interests=shop.layout.roles["movers"],
        users=who,
    )


def _give_tastes(
    shop: Shop, who: np.ndarray, source: np.ndarray, target: np.ndarray, strength: np.ndarray, draw: np.random.Generator
) -> None:
    """A mover likes two interests, the first enough to lose the strength, and a few in which nothing happens."""
    first = np.minimum(strength + draw.uniform(0.04, 0.12, len(who)), 0.93)
    second = first + draw.uniform(0.0, 0.04, len(who))
    tastes = {"f1": source, "f2": target, "c1": first, "c2": second, "c3": (1 + second) / 2, "c4": np.ones(len(who))}
    tastes |= {name: draw.choice(shop.layout.plain, len(who)) for name in ("f3", "f4")}
    _change(shop, who, tastes)


def _give_visits(shop: Shop, who: np.ndarray, draw: np.random.Generator) -> None:
    """Let these users come at least VISITS_A_SIDE times, on average, on the shorter side of the change."""
    knobs = shop.knobs
    side = min(shop.layout.change, knobs.days - shop.layout.change) / knobs.days
    mean_visits = knobs.rows / ROWS_A_VISIT / knobs.users
    part = len(who) / knobs.users
    # The weight is against the mean of all, these users included; they take at most half of all visits.
    against = min(VISITS_A_SIDE / side / mean_visits, 0.5 / part)
    weight = against * (1 - part) / (1 - part * against) * draw.uniform(1.0, 1.4, len(who))
    others = np.setdiff1d(np.arange(knobs.users), who)
    weights = shop.people["weight"].to_numpy().copy()
    weights[who] = weight * weights[others].mean()
    shop.people = shop.people.with_columns(weight=pl.Series(weights / weights.mean()))


def _change(shop: Shop, who: np.ndarray, values: dict[str, np.ndarray]) -> None:
    """Give these users other values in some columns."""
    for name, given in values.items():
        column = shop.people[name].to_numpy().copy()
        column[who] = given
        shop.people = shop.people.with_columns(pl.Series(name, column))


def mix(shop: Shop) -> Truth:
    """A group that loves one interest comes three times as often from one day on; nobody's taste changes."""
    draw, (interest,) = shop.draw("mix"), shop.layout.roles["mix"]
    spare = shop.spare_users()
    who = np.sort(draw.choice(spare, round(COMERS * shop.knobs.users), replace=False))
    table = shop.people[who]
    left = (1 - DEVOTED) * 0.8
    _change(shop, who, {
        "f1": np.full(len(who), interest), "c1": np.full(len(who), DEVOTED), 
        "c2": np.full(len(who), DEVOTED + 0.5 * left), "c3": np.full(len(who), DEVOTED + 0.8 * left),
        "c4": np.full(len(who), DEVOTED + left),
        "weight": table["weight"].to_numpy() * 1.5,
    })  # fmt: skip
    since = shop.layout.change
    shop.effects.person_rows.append(
        pl.DataFrame({"u": who, "comes_from": np.full(len(who), since), "comes_before": 1 / MORE_OFTEN})
    )
    return shop.truth(MORE_OFTEN, since=since, interests=[interest], users=who)


def behaviour(shop: Shop) -> Truth:
    """Many users turn half of their looks at one interest to another one from one day on."""
    draw, (source, target) = shop.draw("behaviour"), shop.layout.roles["behaviour"]
    spare = shop.spare_users()
    who = np.sort(draw.choice(spare, min(round(SWAPPERS * shop.knobs.users), len(spare)), replace=False))
    shop.effects.person_rows.append(pl.DataFrame({"u": who, "swaps": True}))
    shop.effects.swap = (source, target, shop.layout.change, SWAPPED)
    return shop.truth(
        SWAPPED,
        since=shop.layout.change,
        interests=[source, target],
        users=who,
        source=shop.paths[source],
        target=shop.paths[target],
    )
