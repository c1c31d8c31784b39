"""Facts that interests go through day by day: seasons, a burst, a fade, a step, and a rise of all traffic."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from data.samples.planted.facts.shop import Shop, Truth

SWING = 0.5
"""Half the distance between the logarithms of the high and the low of a yearly season."""
SUMMER = 196
"""Day of the year on which the summer interests are at their height: 15 July."""
WEEKEND, BURST, FADED, STEP, RISE = 1.6, 3.0, 0.4, 1.6, 1.5


def plant_days(shop: Shop, interests: Sequence[int], factor: np.ndarray) -> None:
    """Let looks at these interests follow a factor for each day that is made; 1 is its highest value afterwards."""
    keep = factor / factor.max()
    for k in interests:
        shop.effects.interest_days.append(pl.DataFrame({"day": shop.days(), "keep": keep}).with_columns(k=pl.lit(k)))


def season_year(shop: Shop) -> Truth:
    """A yearly season: half of the interests peak in summer, half in winter."""
    interests = shop.layout.roles["season_year"]
    first = shop.knobs.first_day.timetuple().tm_yday
    angle = 2 * np.pi * (shop.days() + first - SUMMER) / 365.25
    summer, winter = interests[: len(interests) // 2], interests[len(interests) // 2 :]
    for group, sign in ((summer, 1), (winter, -1)):
        plant_days(shop, group, np.exp(sign * SWING * np.cos(angle)))
    wave, traffic = np.cos(angle)[-shop.knobs.days :], shop.effects.traffic
    order, quarter = np.argsort(wave, kind="stable"), shop.knobs.days // 4
    hot, cold = np.sort(order[-quarter:]), np.sort(order[:quarter])

    def against(sign: int) -> float:
        factor = np.exp(sign * SWING * wave)
        return float(np.average(factor[hot], weights=traffic[hot]) / np.average(factor[cold], weights=traffic[cold]))

    return shop.truth(
        float(np.sqrt(against(1) / against(-1))),
        interests=interests,
        summer=[shop.paths[k] for k in summer],
        winter=[shop.paths[k] for k in winter],
        swing=SWING,
        hot=_spans(shop, hot),
        cold=_spans(shop, cold),
    )


def _spans(shop: Shop, days: np.ndarray) -> list[list[str]]:
    """Days in order as [first, last] of each run."""
    runs = np.split(days, np.flatnonzero(np.diff(days) > 1) + 1)
    return [[shop.knobs.date(int(run[0])), shop.knobs.date(int(run[-1]))] for run in runs]


def season_week(shop: Shop) -> Truth:
    """Interests that are looked at more on Saturdays and Sundays."""
    interests = shop.layout.roles["season_week"]
    weekday = (shop.days() + shop.knobs.first_day.weekday()) % 7
    plant_days(shop, interests, np.where(weekday >= 5, WEEKEND, 1.0))
    return shop.truth(WEEKEND, interests=interests)


def burst(shop: Shop) -> Truth:
    """An interest that is three times as large for some weeks."""
    interests, days = shop.layout.roles["burst"], shop.days()
    since = shop.day(0.3)
    until = since + shop.weeks(0.03, 7) - 1
    plant_days(shop, interests, np.where((days >= since) & (days <= until), BURST, 1.0))
    return shop.truth(BURST, since=since, until=until, interests=interests)


def fade(shop: Shop) -> Truth:
    """An interest that shrinks slowly, by the same part every day, and stays small."""
    interests = shop.layout.roles["fade"]
    since, until = shop.day(0.3), shop.day(0.8)
    way = np.clip((shop.days() - since) / (until - since), 0.0, 1.0)
    plant_days(shop, interests, FADED**way)
    return shop.truth(FADED, since=since, until=until, interests=interests)


def level_shift(shop: Shop) -> Truth:
    """An interest that is larger from one day on, and stays so."""
    interests, since = shop.layout.roles["level_shift"], shop.day(0.45)
    plant_days(shop, interests, np.where(shop.days() >= since, STEP, 1.0))
    return shop.truth(STEP, since=since, interests=interests)


def traffic(shop: Shop) -> Truth:
    """More visits of everybody for some weeks, with the same mix of interests."""
    since = shop.day(0.36)
    until = since + shop.weeks(0.04, 7) - 1
    shop.effects.traffic[since : until + 1] *= RISE
    return shop.truth(RISE, since=since, until=until)
