"""The facts that can be planted, one function each: it changes the shop and comes back with the truth about it."""

from collections.abc import Callable, Sequence

from data.samples.planted.facts.goods import catalogue, pairs, stockout
from data.samples.planted.facts.persons import behaviour, mix, movers
from data.samples.planted.facts.prices import price
from data.samples.planted.facts.promotions import promo_observed, promo_random
from data.samples.planted.facts.sequence import transition
from data.samples.planted.facts.series import burst, fade, level_shift, season_week, season_year, traffic
from data.samples.planted.facts.shop import Shop, Truth
from data.samples.planted.knobs import FACTS
from data.samples.planted.people import with_tiers

_WHO_COMES = (traffic, movers, mix, behaviour)
_WHAT_HAPPENS = (season_year, season_week, burst, fade, level_shift, catalogue, pairs, price, promo_random,
                 promo_observed, stockout, transition)  # fmt: skip


def plant(shop: Shop) -> dict[str, Truth]:
    """Plant the facts of the shop's knobs; comes back with the truth of each, in the order of FACTS."""
    found = _planted(shop, _WHO_COMES)
    shop.people = with_tiers(shop.people)
    found |= _planted(shop, _WHAT_HAPPENS)
    return {name: found[name] for name in FACTS if name in found}


def _planted(shop: Shop, planters: Sequence[Callable[[Shop], Truth]]) -> dict[str, Truth]:
    return {each.__name__: each(shop) for each in planters if each.__name__ in shop.knobs.facts}


__all__ = ["Shop", "Truth", "plant"]
