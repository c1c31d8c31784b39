"""Which of two items comes first within users."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from analytics.rules.lines import REST, Lines, Whole
from analytics.significance import Array

NO_ORDER = "no clear order"


def directions(lines: Lines, a: Whole, b: Whole) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Of each pair (a[n], b[n]) of items the two-sided p of a sign test, and whether a tends to come first.

    A user votes by D = (pairs of baskets with a before b) - (pairs with b before a): which item the user has more
    often comes in equally on both sides, whereas the item that is bought more often also tends to be bought first.
    Where D is not 0 its sign is as likely + as -, if the user's baskets could have come in any order; so the votes are
    binomial(1/2). Only days on which both items were to be had count, from the later of their first baskets to the
    earlier of their last. An interest that everybody turns to is still a direction: it says what comes after, not why.
    Without a vote p is 1.
    """
    from scipy.special import betainc

    starts = np.flatnonzero(np.diff(lines.user, prepend=-1))
    first_basket = lines.basket[starts]
    order = np.argsort(lines.item, kind="stable")
    edges = np.searchsorted(lines.item[order], np.arange(REST + 1, len(lines.ids) + 1))
    moment = lines.when.rank("dense").to_numpy() if len(lines.when) else np.zeros(0, dtype=np.int64)
    held = [order[low:high] for low, high in pairwise(edges)]
    votes = np.array(
        [_votes(lines, moment, first_basket, held[i], held[j]) for i, j in zip(a, b, strict=True)], dtype=float
    ).reshape(-1, 2)
    ahead, behind = votes[:, 0], votes[:, 1]
    more, total = np.maximum(ahead, behind), ahead + behind
    with np.errstate(invalid="ignore"):
        p = np.where(total > 0, np.minimum(2 * betainc(np.maximum(more, 0.5), total - more + 1, 0.5), 1.0), 1.0)
    return p, ahead > behind


def _votes(lines: Lines, moment: Whole, first_basket: Whole, one: Whole, other: Whole) -> tuple[int, int]:
    """Users who have the first item more often before the second, and users the other way round; by rows of lines."""
    opens, shuts = max(moment[one].min(), moment[other].min()), min(moment[one].max(), moment[other].max())
    one, other = (rows[(moment[rows] >= opens) & (moment[rows] <= shuts)] for rows in (one, other))
    balance = np.zeros(len(first_basket))
    for rows, others, sign in ((other, one, 1.0), (one, other, -1.0)):
        earlier = lines.basket[others]
        since = first_basket[lines.user[rows]]
        pairs = np.searchsorted(earlier, lines.basket[rows]) - np.searchsorted(earlier, since)
        balance += sign * np.bincount(lines.user[rows], weights=pairs, minlength=len(balance))
    return int((balance > 0).sum()), int((balance < 0).sum())
