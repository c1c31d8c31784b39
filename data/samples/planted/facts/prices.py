"""A fact about prices: how purchases answer to them, in weeks of trial prices and in promotions that follow demand."""

import numpy as np
import polars as pl

from data.samples.planted.facts.shop import Shop, Truth

ELASTICITY = -1.8
PRICED = 8
"""Items of each interest whose price changes: its most popular ones."""
BUYS = 0.12
TRIAL_PRICES = (0.8, 0.9, 1.0, 1.1, 1.2)
PROMOTED, DEMAND = 0.8, 1.8
HIGH, TRIAL = 0.3, 0.5
PROMOTED_WHEN_HIGH, PROMOTED_ELSE = 0.9, 0.1


def price(shop: Shop) -> Truth:
    """Purchases go as price to the power of an elasticity, and rise with demand, which promotions follow.

    By chance, a week of an interest has high or usual demand, and is a week of trial prices or a usual one. In a week
     of trial prices each item's price is drawn. In a usual week the items are promoted together, nearly always
    when demand is high and rarely else: who compares promoted with other weeks mistakes demand for an effect of price.
    """
    draw, interests, days = shop.draw("price"), shop.layout.roles["price"], shop.days()
    week = (days + shop.knobs.first_day.weekday()) // 7
    week -= week.min()
    count = int(week.max()) + 1
    high_weeks, trial_weeks, promotions = {}, {}, []
    for interest in interests:
        high, trial = draw.random(count) < HIGH, draw.random(count) < TRIAL
        chance = np.where(high, PROMOTED_WHEN_HIGH, PROMOTED_ELSE)
        promoted = ~trial & (draw.random(count) < chance)
        shop.effects.interest_days.append(
            pl.DataFrame({"day": days, "demand": np.where(high[week], DEMAND, 1.0)}).with_columns(k=pl.lit(interest))
        )
        numbers = [shop.ranked(interest, rank) for rank in range(PRICED)]
        for item in numbers:
            factor = np.where(trial, draw.choice(TRIAL_PRICES, count), np.where(promoted, PROMOTED, 1.0))[week]
            table = {"day": days, "price": factor, "buy": BUYS * factor**ELASTICITY}
            shop.effects.item_days.append(pl.DataFrame(table).with_columns(item=pl.lit(item)))
        mondays = _mondays(shop, week)
        high_weeks[shop.paths[interest]] = [mondays[w] for w in np.flatnonzero(high).tolist() if w in mondays]
        trial_weeks[shop.paths[interest]] = [mondays[w] for w in np.flatnonzero(trial).tolist() if w in mondays]
        promotions += _promotions(shop, numbers, week, promoted)
    shop.promotions += promotions
    return shop.truth(
        ELASTICITY,
        interests=interests,
        items=[shop.ranked(k, rank) for k in interests for rank in range(PRICED)],
        demand=DEMAND,
        high_weeks=high_weeks,
        trial_weeks=trial_weeks,
    )


def _mondays(shop: Shop, week: np.ndarray) -> dict[int, str]:
    """Number of a week that the log touches -> its Monday."""
    days = shop.days()
    monday = {
        int(w): int(d) - int(d + shop.knobs.first_day.weekday()) % 7 for w, d in zip(week, days, strict=True) if d >= 0
    }
    return {w: shop.knobs.date(day) for w, day in monday.items()}


def _promotions(shop: Shop, items: list[int], week: np.ndarray, promoted: np.ndarray) -> list[dict[str, object]]:
    days = shop.days()
    rows = []
    for w in np.flatnonzero(promoted):
        within = days[(week == w) & (days >= 0)]
        if len(within):
            first, last = int(within[0]), int(within[-1])
            rows += [
                shop.promotion(f"SALE-{shop.knobs.date(first)}", item, first, last, 1 - PROMOTED) for item in items
            ]
    return rows
