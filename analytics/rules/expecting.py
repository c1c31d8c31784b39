"""How many baskets would hold both items if nothing but sizes of baskets and popularity of items were at work."""

from __future__ import annotations

import numpy as np

from analytics.significance import Array

EXACT = 12
"""Lines of a basket up to which shares are exact. In larger ones rounding would grow, and no item weighs much among
so many: the formulas for large baskets are right to a hundredth."""
MOST_ODDS = 1e9
"""Rounding in an exact share grows with the product of the odds of the most popular item; from here on it shows."""
ROUNDS, CLOSE = 100, 1e-6
"""Of the fixed points below, and how near they have to come."""


def expected(held: Array, sizes: Array) -> Array:
    """E_ij for all pairs of items, from the baskets that hold each and the number of baskets of 0, 1, 2, ... lines.

    Large baskets hold more of everything, so two items meet more often than their counts alone say. For rare items
    and sizes n_b, E_ij = s_i s_j f, f = sum n_b (n_b - 1) / (sum n_b)^2. But an item that lies in most large baskets
    leaves less room to the others, which that does not know: on shuffled baskets of a grocer it calls dozens of pairs
    related. So E_ij is the mean over all baskets of these sizes whose items are as likely as the product of their
    weights, the weights being such that each item is expected as often as it was seen: sum over sizes n of
    B_n pi_ij(n). That is what shuffles that keep sizes and counts come to (for rare items, s_i s_j f).
    Items that are not compared are many and rare; their weight is one number.
    """
    top = int(np.flatnonzero(sizes).max(initial=0))
    sizes, baskets, lines = sizes[: top + 1], sizes.sum(), float(sizes @ np.arange(len(sizes)))
    items = len(held)
    if top < 2 or not items:
        return np.zeros((items, items))
    target = np.append(np.minimum(held, baskets * (1 - CLOSE)), max(lines - held.sum(), 0.0))
    weight = np.append(target[:-1] / (baskets - target[:-1]), target[-1] / baskets)
    share, ratio = _shares(weight, top)
    for _ in range(ROUNDS):
        reached = sizes @ share
        step = np.divide(target, reached, out=np.ones(items + 1), where=reached > 0)
        if np.abs(step - 1).max() < CLOSE:
            break
        step[:-1] *= (baskets - reached[:-1]) / (baskets - target[:-1])
        weight = weight * np.clip(step, 0.2, 5.0)
        share, ratio = _shares(weight, top)
    small = len(ratio)
    found = _small_baskets(share[:small, :-1], ratio, weight[:-1], sizes[:small])
    if top >= small:
        found += _large_baskets(share[small:], sizes[small:])
    return np.maximum(found, 0.0)


def _shares(weight: Array, top: int) -> tuple[Array, Array]:
    """pi_i(n), baskets of n = 0 to `top` lines x items, the last column the lines of all items that are not compared;
    and r(n) of the sizes for which they are exact.

    Exact (Chen, Dempster and Liu 1994): pi_i(n) = r(n) w_i (1 - pi_i(n - 1)), where r(n) makes the sum n. Above, items
    are drawn by themselves with odds l w_i, the sum again n, which Hajek (1964) corrects for sizes being fixed:
    pi_i = p_i (1 + (1 - p_i) (p_i - m) / D), D = sum v, v = p (1 - p), m = sum v p / D.
    """
    share, ratio, odds = np.zeros((top + 1, len(weight))), [0.0], 1.0
    taken = np.ones(len(weight))
    taken[-1] = 0.0
    for lines in range(1, min(top, EXACT) + 1):
        free = weight * (1 - taken * share[lines - 1])
        if not free.sum() > 0:
            break
        ratio.append(lines / free.sum())
        share[lines] = ratio[-1] * free
        odds *= max(float((share[lines] / np.maximum(1 - share[lines], CLOSE))[:-1].max(initial=0.0)), 1.0)
        if odds > MOST_ODDS:
            ratio.pop()
            break
    if top >= len(ratio):
        share[len(ratio) :] = _drawn(weight, np.arange(len(ratio), top + 1.0))
    return share, np.array(ratio)


def _drawn(weight: Array, lines: Array) -> Array:
    """pi_i(n) of the sizes `lines`, by the formula for large baskets."""
    own, rest = weight[:-1], weight[-1]
    # A basket cannot hold more lines than there are items.
    wanted = np.minimum(lines, (own > 0).sum() - 0.01) if rest == 0 else lines
    scale = wanted / weight.sum()
    for _ in range(ROUNDS):
        drawn = scale[:, None] * own / (1 + scale[:, None] * own)
        total = drawn.sum(axis=1) + scale * rest
        slope = (drawn * (1 - drawn)).sum(axis=1) + scale * rest
        change = np.clip((wanted - total) / slope, -1.0, 1.0)
        scale = scale * np.exp(change)
        if np.abs(change).max() < CLOSE:
            break
    spread = drawn * (1 - drawn)
    whole = (spread.sum(axis=1) + scale * rest)[:, None]
    middle = (spread * drawn).sum(axis=1, keepdims=True) / whole
    moved = drawn * (1 + (1 - drawn) * (drawn - middle) / whole)
    return np.column_stack([np.clip(moved, 0.0, 1 - CLOSE), scale * rest * (1 - middle[:, 0] / whole[:, 0])])


def _small_baskets(share: Array, ratio: Array, weight: Array, sizes: Array) -> Array:
    """Sum of B_n pi_ij(n) with pi_ij(n) = r(n) r(n - 1) w_i w_j (1 - pi_i(n - 2) - pi_j(n - 2) + pi_ij(n - 2))."""
    pairs = [np.zeros((len(weight), len(weight)))] * 2
    found, product = np.zeros_like(pairs[0]), np.outer(weight, weight)
    for lines in range(2, len(sizes)):
        before = share[lines - 2]
        neither = 1 - before[:, None] - before[None] + pairs[-2]
        pairs = [pairs[-1], ratio[lines] * ratio[lines - 1] * product * np.maximum(neither, 0.0)]
        found += sizes[lines] * pairs[-1]
    return found


def _large_baskets(share: Array, sizes: Array) -> Array:
    """Sum of B_n pi_ij(n) with pi_ij = pi_i pi_j - c_i c_j / C, where c_i (1 - c_i / C) = pi_i (1 - pi_i), C = sum c
    (Deville and Tille 2005)."""
    share, rest = share[sizes > 0, :-1], share[sizes > 0, -1:]
    sizes = sizes[sizes > 0, None]
    spread = share * (1 - share)
    weight = spread
    for _ in range(ROUNDS):
        total = weight.sum(axis=1, keepdims=True) + rest
        # One item that holds half of all weight has no fixed point; it is kept at the edge of one.
        now = spread / np.maximum(1 - weight / np.maximum(total, CLOSE), 0.5)
        near = np.abs(now - weight).max(initial=0.0) < CLOSE
        weight = now
        if near:
            break
    total = weight.sum(axis=1, keepdims=True) + rest
    joint: Array = (share * sizes).T @ share - (weight * (sizes / np.maximum(total, CLOSE))).T @ weight
    return joint
