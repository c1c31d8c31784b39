"""Facts about goods: items that come and go, items that cannot be had, and items bought with or instead of others."""

import numpy as np
import polars as pl

from data.samples.planted.facts.shop import Shop, Truth

DIVERTED = 0.4
OUT_RANKS = ((0, 1), (2, 3))
"""Popularity of the items that run out, each with that of the one people take instead."""
OUT_STARTS = (0.12, 0.52)
COMPLEMENTS, COMPLEMENT_LIFT, COMPLEMENT_RATE = 6, 6.0, 0.015
SUBSTITUTES, SUBSTITUTE_LIFT, SUBSTITUTE_RATE = 3, 0.25, 0.04


def catalogue(shop: Shop) -> Truth:
    """A third of one interest's items appear on one day, and as many of another interest's are gone from then on."""
    grown, shrunk = shop.layout.roles["catalogue"]
    ranks = np.arange(1, shop.items_an_interest, 3)
    days, since = shop.days(), shop.layout.change
    for interest, absent in ((grown, days[days < since]), (shrunk, days[days >= since])):
        for rank in ranks:
            rows = pl.DataFrame({"day": absent}).with_columns(item=pl.lit(shop.ranked(interest, int(rank))), keep=0.0)
            shop.effects.item_days.append(rows)
    part = float(shop.popularity(ranks).sum())
    new, gone = ([shop.ranked(k, int(rank)) for rank in ranks] for k in (grown, shrunk))
    return shop.truth(
        1 / (1 - part),
        since=since,
        interests=[grown, shrunk],
        items=[*new, *gone],
        grown=shop.paths[grown],
        shrunk=shop.paths[shrunk],
        new=shop.item_ids(new),
        gone=shop.item_ids(gone),
    )


def stockout(shop: Shop) -> Truth:
    """Items that cannot be had for some weeks, twice; a part of those who would look take another item instead."""
    length = shop.weeks(0.055, 5)
    outages = []
    for number, interest in enumerate(shop.layout.roles["stockout"]):
        for place, (out, instead) in enumerate(OUT_RANKS):
            item, other = shop.ranked(interest, out), shop.ranked(interest, instead)
            for start in OUT_STARTS:
                since = shop.day(start + 0.06 * number + 0.17 * place)
                outages.append((item, other, since, since + length - 1))
                shop.effects.item_days.append(
                    pl.DataFrame({"day": np.arange(since, since + length)}).with_columns(
                        item=pl.lit(item), divert=pl.lit(DIVERTED), target=pl.lit(other)
                    )
                )
    date = shop.knobs.date
    return shop.truth(
        DIVERTED,
        interests=shop.layout.roles["stockout"],
        items=sorted({item for item, *_ in outages}),
        outages=[
            {"item": shop.item_ids([item])[0], "instead": shop.item_ids([other])[0], "from": date(a), "to": date(b)}
            for item, other, a, b in outages
        ],
    )


def pairs(shop: Shop) -> Truth:
    """Items that orders hold together more often than chance, and items that they rarely hold together."""
    left, right = shop.layout.roles["pairs"]
    chosen = []
    for number in range(COMPLEMENTS + SUBSTITUTES):
        kind, lift, rate = ("complement", COMPLEMENT_LIFT, COMPLEMENT_RATE)
        if number >= COMPLEMENTS:
            kind, lift, rate = "substitute", SUBSTITUTE_LIFT, SUBSTITUTE_RATE
        item, other = shop.ranked(left, number), shop.ranked(right, number)
        both = lift * rate * rate
        shop.effects.pairs.append(
            {"pair": number, "item": item, "other": other, "alone": rate - both, "together": both}
        )
        chosen.append((kind, item, other, lift))
    numbers = [item for _, item, other, _ in chosen] + [other for _, item, other, _ in chosen]
    for item in numbers:
        # They are bought as an extra of an order only, so that nothing but the pair decides what they meet.
        shop.effects.item_days.append(pl.DataFrame({"day": shop.days()}).with_columns(item=pl.lit(item), buy=0.0))
    return shop.truth(
        COMPLEMENT_LIFT,
        interests=[left, right],
        items=numbers,
        substitutes=SUBSTITUTE_LIFT,
        pairs=[
            {"kind": kind, "item": shop.item_ids([item])[0], "other": shop.item_ids([other])[0], "lift": lift}
            for kind, item, other, lift in chosen
        ],
    )
