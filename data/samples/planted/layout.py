"""Which interests each fact uses and on which days it happens: no two facts share an interest."""

from dataclasses import dataclass, field

import numpy as np

from data.samples.planted.draws import generator
from data.samples.planted.knobs import Knobs

ROLES = {
    "movers": 12, "season_year": 4, "season_week": 4, "burst": 1, "fade": 1, "level_shift": 1, "catalogue": 2, "mix": 1,
    "behaviour": 2, "pairs": 2, "price": 3, "promo_random": 1, "stockout": 3, "transition": 7,
}  # fmt: skip
"""How many interests each fact has to itself. The rest are plain: nothing ever happens in them."""
DEPARTMENTS, KINDS = 26, 3
INTERESTS = DEPARTMENTS * KINDS
ONLY_TRANSITION = 0.9
TRANSITION = 0.2
"""Part of the visits that follow the transition rule, alone and beside other facts."""

LARGER = {"price": 2.0, "stockout": 2.0, "burst": 3.0, "fade": 2.0, "level_shift": 1.5, "behaviour": 1.6}
"""Facts measured on few events, or on few people, whose interests are larger than others."""


@dataclass(frozen=True)
class Layout:
    """The interests of each fact, their weights, and the day on which people, items and mix change."""

    roles: dict[str, tuple[int, ...]]
    weights: np.ndarray
    """How much of the shop's attention each interest has; 0 for those of the transition rule."""
    change: int
    """The day of the great change: 26 weeks before the end, where the log is long enough."""
    transition: float
    """Part of the visits that follow the transition rule."""
    plain: tuple[int, ...] = field(default=())
    """Interests in which nothing happens: what changes is compared with them."""


def make_layout(knobs: Knobs) -> Layout:
    """The layout of this shop, drawn by its seed."""
    draw = generator(knobs.seed, "layout")
    order = [int(k) for k in draw.permutation(INTERESTS)]
    roles: dict[str, tuple[int, ...]] = {}
    for fact, count in ROLES.items():
        roles[fact], order = tuple(order[:count]), order[count:]
    weights = np.exp(draw.normal(0.0, 0.5, INTERESTS))
    for fact, interests in roles.items():
        # What is measured should be neither too rare to be seen nor half of the shop.
        weights[list(interests)] = np.exp(draw.normal(0.0, 0.2, len(interests))) * LARGER.get(fact, 1.1)
    weights[roles["behaviour"][0]] *= 2.5
    share = 0.0
    if "transition" in knobs.facts:
        share = ONLY_TRANSITION if knobs.facts == ("transition",) else TRANSITION
        weights[list(roles["transition"])] = 0.0
    change = knobs.days - 182 if knobs.days >= 364 else (knobs.days // 14) * 7
    return Layout(roles, weights / weights.sum(), change, share, tuple(sorted(order)))
