"""Sequence rules: after item a, item b within so many steps."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from models.baselines.neighbours import PIECE, Neighbours, table_of
from models.interactions import Interactions

PAIRS = 60_000_000
"""Pairs of events counted at most, the newest first."""


class Rules(Neighbours):
    """The weight of b after a: the sum over people of 1/gap, the gap being steps from a to b, at most `window` (Ludewig
    and Jannach 2018). Items of one step are not ordered, so they make no rules among themselves; search words are
    followed by items like items are."""

    name = "rules"
    grid = {"window": (10, 3, 20), "discount": (0.0, 0.25, 0.5)}  # noqa: RUF012

    def learn(self, train: Interactions, *, quick: bool = False) -> None:
        items = train.catalogue.items
        queries = int(train.query.max(initial=-1)) + 1
        told = (train.item >= 0) | (train.query >= 0)
        token = np.where(train.item >= 0, train.item, items + train.query)[told]
        names, step = np.unique(train.step[told], return_inverse=True)
        size = (len(names), items + queries)
        has = sparse.csr_array((np.ones(len(token), np.float32), (step, token)), shape=size)
        has.data[:] = 1
        person = np.zeros(len(names), np.int64)
        person[step] = train.user[told]
        when = np.zeros(len(names), np.int64)
        when[step] = train.time[told]
        wanted = has[:, :items]
        follows = _followed(person, np.diff(has.indptr), np.diff(wanted.indptr), when, self.knobs["window"])
        after = sparse.csr_array(follows @ wanted)
        before = sparse.csr_array(has.T)
        popular = np.maximum(np.asarray(wanted.sum(axis=0)), 1) ** np.float32(-self.knobs["discount"])

        def pieces() -> Iterator[sparse.csr_array]:
            for start in range(0, size[1], PIECE):
                piece = sparse.csr_array(before[start : start + PIECE] @ after)
                piece.data *= popular[piece.indices]
                yield piece

        self.table = table_of(pieces(), size[1], items)


def _followed(
    person: np.ndarray, tokens: np.ndarray, items: np.ndarray, when: np.ndarray, window: int
) -> sparse.csr_array:
    """float32 (steps, steps): 1/gap where the column is a later step of the same person at most `window` on."""
    steps = len(person)
    first, gaps = [], []
    cost = np.zeros(steps)
    for gap in range(1, min(window, steps - 1) + 1):
        same = np.flatnonzero(person[:-gap] == person[gap:])
        first.append(same)
        gaps.append(np.full(len(same), gap))
        cost[same + gap] += tokens[same] * items[same + gap]
    if not first:
        return sparse.csr_array((steps, steps), dtype=np.float32)
    row, steps_on = np.concatenate(first), np.concatenate(gaps)
    newest = np.argsort(-when, kind="stable")
    affordable = np.zeros(steps, bool)
    affordable[newest[np.cumsum(cost[newest]) <= PAIRS]] = True
    kept = affordable[row + steps_on]
    row, steps_on = row[kept], steps_on[kept]
    return sparse.csr_array(((1 / steps_on).astype(np.float32), (row, row + steps_on)), shape=(steps, steps))
