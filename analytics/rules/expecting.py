"""How many baskets would hold both items if nothing but sizes of baskets and popularity of items were at work."""

from __future__ import annotations

import numpy as np

from analytics.significance import Array

ROUNDS = 60
"""Of the fixed point of `_near`; it settles to nine digits in under 40 where no item lies in nearly every basket."""
EXACT = 12
"""Lines of a basket up to which joint inclusion is exact. In larger ones rounding grows, and the formula of `_near`
is right to a hundredth, since no item weighs much among so many."""
FITTING, CLOSE = 300, 1e-7
NEARLY_ALL = 1 - 1e-6


def expected(margins: Array, sizes: Array) -> Array:
    """E_ij for all pairs of items, from class x item (baskets with the item) and class x 3 (see `Counted.sizes`).

    Large baskets hold more of everything, so two items meet more often than their counts alone say. For rare items
    and sizes n_b, E_ij = s_i s_j f, f = sum n_b (n_b - 1) / (sum n_b)^2. That is applied within each class of
    baskets of like size, and added up (stratified as by Mantel and Haenszel 1959): what is bought on large trips
    only is then not called bought together. Items that lie in most large baskets leave less room to the others, which
    s_i s_j f does not know: on shuffled baskets of a grocer it calls dozens of pairs related. So a class of B baskets
    of size n expects B pi_ij of a draw of n items with the shares pi_i = s_i / B (`_exact`, `_near`).
    """
    items = margins.shape[1]
    found = np.zeros((items, items))
    for held, (baskets, lines, squares) in zip(margins, sizes, strict=True):
        if not baskets:
            continue
        mean = lines / baskets
        variance = max(squares / baskets - mean**2, 0.0)
        share = np.minimum(held / baskets, NEARLY_ALL)
        # Items that are not compared are many and each rare.
        rest = max(mean - held.sum() / baskets, 0.0)
        joint = _exact(share, rest, round(mean)) if variance < CLOSE and mean <= EXACT else None
        found += baskets * (_near(share, rest, variance) if joint is None else joint)
    return np.maximum(found, 0.0)


def _near(share: Array, rest: float, variance: float) -> Array:
    """Joint shares in baskets of about equal sizes, by the fixed point of Deville and Tille (2005).

    pi_ij = pi_i pi_j - c_i c_j / C (1 - V / D), with c_i (1 - c_i / C) = v_i = pi_i (1 - pi_i), C = sum c, D = sum v;
    the factor with the variance V of the sizes gives back what larger baskets of the class add.
    """
    spread = share * (1 - share)
    weight, total = spread, spread.sum() + rest
    for _ in range(ROUNDS):
        total = weight.sum() + rest
        # One item that holds half of all weight has no fixed point; it is kept at the edge of one.
        weight = spread / np.maximum(1 - weight / max(total, CLOSE), 0.5)
    less = (1 - variance / max(spread.sum() + rest, CLOSE)) / max(total, CLOSE)
    joint: Array = np.outer(share, share) - less * np.outer(weight, weight)
    return joint


def _exact(share: Array, rest: float, size: int) -> Array | None:
    """Joint shares in baskets of exactly `size` lines, all sets of items being as likely as the product of their
    weights; None where no weights were found that give the shares.

    With pi_i(m), pi_ij(m) the shares in baskets of m lines, by the recursion of Chen, Dempster and Liu (1994)
    pi_i(m) = r(m) w_i (1 - pi_i(m - 1)), and likewise for pairs
    pi_ij(m) = r(m) r(m - 1) w_i w_j (1 - pi_i(m - 2) - pi_j(m - 2) + pi_ij(m - 2)); r(m) makes pi_i(m) sum to m.
    """
    if size < 2:
        return np.zeros((len(share), len(share)))
    odds = share / (1 - share)
    weight = odds
    for _ in range(FITTING):
        single, ratio = _singles(weight, rest, size)
        found = single[size]
        if np.abs(found - share).max(initial=0.0) < CLOSE:
            break
        if ((found <= 0) & (share > 0)).any() or (found >= 1).any():
            return None
        weight = np.where(share > 0, weight * odds * (1 - found) / np.where(share > 0, found, 1.0), 0.0)
    else:
        return None
    pair, product = np.zeros((len(share), len(share))), np.outer(weight, weight)
    for lines in range(2 + size % 2, size + 1, 2):
        neither = 1 - single[lines - 2][:, None] - single[lines - 2][None] + pair
        pair = ratio[lines] * ratio[lines - 1] * product * np.maximum(neither, 0.0)
    return pair


def _singles(weight: Array, rare: float, size: int) -> tuple[Array, Array]:
    """pi_i(m) and r(m) for m = 0 to `size`; `rare` is the weight of all items that are not compared."""
    single, ratio = np.zeros((size + 1, len(weight))), np.zeros(size + 1)
    for lines in range(1, size + 1):
        free = weight * (1 - single[lines - 1])
        ratio[lines] = lines / (free.sum() + rare)
        single[lines] = ratio[lines] * free
    return single, ratio
