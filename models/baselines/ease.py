"""EASE: every item explained by all the others at once, in closed form."""

from collections.abc import Iterator

import numpy as np
from scipy.linalg import lapack

from models.baselines.neighbours import PIECE, Neighbours, people_by_items, table_of
from models.interactions import Interactions

MOST_ITEMS = 15_000
"""Beyond, the matrix of pairs would take more memory and time than the rest of a training together."""
QUICK_ITEMS = 3_000
"""Knobs are chosen on the items with the most people: ridge regression of all would only cost more."""


class Ease(Neighbours):
    """B = -P / diag(P), P = (X'X + ridge I)^-1, diagonal 0 (Steck 2019, Embarrassingly Shallow Autoencoders), X being
    people by items; the history is weighted by recency, and of each item only the heaviest neighbours are kept."""

    name = "ease"
    grid = {"ridge": (200.0, 20.0, 60.0, 600.0, 2000.0)}  # noqa: RUF012

    def learn(self, train: Interactions, *, quick: bool = False) -> None:
        people = people_by_items(train)
        items = people.shape[1]
        count = np.asarray(people.sum(axis=0))
        kept = np.flatnonzero(count)
        if quick and len(kept) > QUICK_ITEMS:
            kept = np.sort(np.argsort(-count, kind="stable")[:QUICK_ITEMS])
        people = people[:, kept]
        gram = np.asfortranarray((people.T @ people).toarray())
        gram[np.diag_indices(len(kept))] += np.float32(self.knobs["ridge"])
        inverse = _inverse(gram)
        scale = -1 / np.diag(inverse)

        def pieces() -> Iterator[np.ndarray]:
            place = np.full(items, -1)
            place[kept] = np.arange(len(kept))
            for start in range(0, items, PIECE):
                rows = place[start : start + PIECE]
                piece = np.zeros((len(rows), items), np.float32)
                learnt = inverse[rows[rows >= 0]] * scale
                learnt[np.arange(len(learnt)), rows[rows >= 0]] = 0
                piece[np.ix_(rows >= 0, kept)] = learnt
                yield piece

        self.table = table_of(pieces(), items, items)


def _inverse(symmetric: np.ndarray) -> np.ndarray:
    """The inverse of a positive definite float32 matrix in its own place, by Cholesky."""
    if not len(symmetric):
        return symmetric
    factor, _ = lapack.spotrf(symmetric, lower=1, overwrite_a=1, clean=0)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    for start in range(0, len(inverse), PIECE):
        stop = start + PIECE
        inverse[start:stop, stop:] = inverse[stop:, start:stop].T
        square = inverse[start:stop, start:stop]
        square[...] = np.tril(square) + np.tril(square, -1).T
    return inverse
