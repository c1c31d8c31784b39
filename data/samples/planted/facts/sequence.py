"""A fact about sequences: in some visits the next interest follows from the order of the last two."""

import numpy as np

from data.samples.planted.facts.shop import Shop, Truth

FOLLOWED = 0.8
"""How often the rule decides; else any interest of the rule comes next."""


def transition(shop: Shop) -> Truth:
    """The next interest is decided by the last two and by which of them came first, never by how often each was seen.

    With places 0 to 6 the rule is next = 2 x second - first (modulo 7): whatever the second is, each next one is as
    likely as any other, so that neither counts nor the last interest alone say anything.
    """
    interests = shop.layout.roles["transition"]
    count = len(interests)
    place = np.arange(count)
    rule = (2 * place[None, :] - place[:, None]) % count
    shop.effects.rule = (interests, rule, FOLLOWED)
    return shop.truth(
        FOLLOWED + (1 - FOLLOWED) / count,
        interests=interests,
        visits=shop.layout.transition,
        rule=[
            {
                "first": shop.paths[interests[a]],
                "second": shop.paths[interests[b]],
                "next": shop.paths[interests[rule[a, b]]],
            }
            for a in range(count)
            for b in range(count)
        ],
    )
