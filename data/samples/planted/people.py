"""The shop's users: how often each comes, what each likes, and how a visit finds its user."""

import numpy as np
import polars as pl

from data.samples.planted.draws import generator
from data.samples.planted.knobs import Knobs
from data.samples.planted.layout import Layout

FAVOURITES = 4
TIERS = ("bronze", "silver", "gold")
TIER_BOUNDS = (0.5, 0.8)
"""Parts of the users, from the lightest on, at which the next tier begins."""
HEAVIEST = 15.0
"""Weight of the heaviest user, so that no interest hangs on one person."""
CONSENTS = {"consent_email": (0.62, 0.28), "consent_sms": (0.35, 0.45), "consent_ads": (0.45, 0.4)}
"""Channel -> part of the users who said yes, and who said no; nobody asked the others."""
COUNTRIES = ("GB", "US", "FR", "DE", "ES", "NL", "JP", "BR")
COUNTRY_SHARES = (0.3, 0.22, 0.14, 0.12, 0.08, 0.06, 0.05, 0.03)


def make_people(knobs: Knobs, layout: Layout) -> pl.DataFrame:
    """Every user.

    Columns: u (number from 0), user_id, weight (visits against the mean user's), f1 to f4 (favourite interests), c1 to
    c4 (cumulative shares of the favourites; what is left goes to any interest), country, consent_email, consent_sms,
    consent_ads (yes, no or null).
    """
    draw, n = generator(knobs.seed, "people"), knobs.users
    # A log-normal body with a Pareto tail: most come a few times, few come very often.
    weight = np.minimum(
        np.exp(draw.normal(0.0, 0.9, n)) * np.minimum((1 - draw.random(n)) ** (-1 / 2.5), 8.0), HEAVIEST
    )
    favourites = draw.choice(len(layout.weights), (n, FAVOURITES), p=layout.weights)
    # The first favourite takes 25 to 55 % of a user's attention, each further one about half of the one before.
    first = draw.uniform(0.25, 0.55, n)
    left = 0.88 - first
    shares = np.stack([first, left * 0.55, left * 0.28, left * 0.17], axis=1).cumsum(axis=1)
    codes = draw.permutation(n)
    return pl.DataFrame(
        {
            "u": np.arange(n, dtype=np.int32),
            "user_id": [f"C{code:07}" for code in codes],
            "weight": weight / weight.mean(),
            **{f"f{i + 1}": favourites[:, i].astype(np.int16) for i in range(FAVOURITES)},
            **{f"c{i + 1}": shares[:, i] for i in range(FAVOURITES)},
            "country": draw.choice(COUNTRIES, n, p=COUNTRY_SHARES),
            **{channel: _consents(draw, n, *parts) for channel, parts in CONSENTS.items()},
        }
    )


def _consents(draw: np.random.Generator, n: int, yes: float, no: float) -> pl.Series:
    chosen = draw.choice(3, n, p=(yes, no, 1 - yes - no))
    return pl.Series(chosen).replace_strict({0: "yes", 1: "no", 2: None}, return_dtype=pl.String)


def with_tiers(people: pl.DataFrame) -> pl.DataFrame:
    """The users with their loyalty tier, by how often they come."""
    place = pl.col("weight").rank("ordinal") / pl.len()
    low, high = TIER_BOUNDS
    tier = pl.when(place <= low).then(pl.lit(TIERS[0])).when(place <= high).then(pl.lit(TIERS[1]))
    return people.with_columns(tier=tier.otherwise(pl.lit(TIERS[2])))


def alias_table(weights: np.ndarray) -> pl.DataFrame:
    """Columns cell, keep, other: a uniform cell is its own number with probability keep and else `other`.

    A number is then drawn as often as its weight says, by one look-up (Vose's method, many cells at a time).
    """
    n = len(weights)
    level = weights * (n / weights.sum())
    keep, other = np.ones(n), np.arange(n)
    small, large = np.flatnonzero(level < 1.0), np.flatnonzero(level >= 1.0)
    while len(small) and len(large):
        pairs = min(len(small), len(large))
        s, big = small[:pairs], large[:pairs]
        keep[s], other[s] = level[s], big
        level[big] -= 1.0 - level[s]
        below = level[big] < 1.0
        small = np.concatenate([small[pairs:], big[below]])
        large = np.concatenate([big[~below], large[pairs:]])
    return pl.DataFrame({"cell": np.arange(n, dtype=np.int32), "keep": keep, "other": other.astype(np.int32)})
