"""Two campaigns: a randomised one with a known effect on every user, and one to heavy buyers that did nothing."""

import numpy as np
import polars as pl

from data.samples.planted.facts.shop import Shop, Truth
from data.samples.planted.people import FAVOURITES, TIERS

PROMOTED_ITEMS = 5
BASELINE = dict(zip(TIERS, (0.05, 0.1, 0.2), strict=True))
"""How often somebody of this tier who is held out buys a promoted item."""
EFFECT = dict(zip(TIERS, (0.1, 0.04, -0.05), strict=True))
"""What being sent the campaign adds to it: those who buy most anyway are put off."""
FANS = 0.15
"""What it adds to the effect that the promoted interest is one of the user's favourites."""
TAKEN_UP = 14
"""Days within which a person who follows a campaign does so."""
DISCOUNT = 0.1
CODE = "COMEBACK10"


def campaign_days(shop: Shop, part: float) -> int:
    """Days after a campaign in which its result is counted: 28, fewer in a short log."""
    return int(min(28, shop.knobs.days * part))


def promo_random(shop: Shop) -> Truth:
    """A campaign with arms drawn by lot among users who take e-mail; items that nobody else buys in its time."""
    draw, (interest,) = shop.draw("promo_random"), shop.layout.roles["promo_random"]
    people = shop.people
    willing = np.intersect1d(shop.spare_users(), np.flatnonzero(people["consent_email"].to_numpy() == "yes"))
    treated = np.zeros(len(willing), dtype=bool)
    treated[draw.choice(len(willing), len(willing) // 2, replace=False)] = True
    tiers = people["tier"].gather(willing).to_list()
    favourites = people.select(f"f{n + 1}" for n in range(FAVOURITES)).to_numpy()[willing]
    fan = (favourites == interest).any(axis=1)
    baseline = np.array([BASELINE[tier] for tier in tiers])
    effect = np.array([EFFECT[tier] for tier in tiers]) + np.where(fan, FANS, 0.0)
    buys = draw.random(len(willing)) < baseline + np.where(treated, effect, 0.0)
    since, window = shop.day(0.62), campaign_days(shop, 0.2)
    until = since + window - 1
    items = np.array([shop.ranked(interest, rank) for rank in range(PROMOTED_ITEMS)])
    for item in items:
        shop.effects.item_days.append(
            pl.DataFrame({"day": np.arange(since, since + window)}).with_columns(item=pl.lit(int(item)), buy=0.0)
        )
    count = int(buys.sum())
    shop.effects.invitations.append(pl.DataFrame({
        "u": willing[buys], "day": since + draw.integers(0, min(TAKEN_UP, window), count),
        "second": draw.integers(10 * 3600, 22 * 3600, count), "item": draw.choice(items, count),
        "price": np.where(treated[buys], 1 - DISCOUNT, 1.0),
    }))  # fmt: skip
    shop.promotions += [shop.promotion(CODE, int(item), since, until, DISCOUNT, CODE) for item in items]
    arms = np.where(treated, "treated", "holdout")
    shop.campaign("spring", willing, since, until, arms, items=items)
    shop.tell("promo_random", willing, {"arm": arms, "baseline": baseline, "effect": effect})
    return shop.truth(
        float(effect.mean()),
        since=since,
        until=until,
        interests=[interest],
        items=items,
        users=willing,
        campaign="spring",
        treated=int(treated.sum()),
        holdout=int((~treated).sum()),
    )


def promo_observed(shop: Shop) -> Truth:
    """A campaign that went to heavy buyers, to nobody by lot, and changed nothing."""
    draw = shop.draw("promo_observed")
    weight = shop.people["weight"].to_numpy()
    willing = np.flatnonzero(shop.people["consent_email"].to_numpy() == "yes")
    who = willing[draw.random(len(willing)) < np.minimum(0.9, 0.3 * weight[willing])]
    since, window = shop.day(0.25), campaign_days(shop, 0.1)
    until = since + window - 1
    shop.campaign("members", who, since, until, np.full(len(who), "treated"), interests=shop.layout.plain)
    before = [shop.knobs.date(since - window), shop.knobs.date(since - 1)]
    return shop.truth(
        0.0, since=since, until=until, interests=shop.layout.plain, users=who, campaign="members", before=before
    )
