"""EASE: every item explained by all the others at once, in closed form."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse
from scipy.linalg import lapack

from models.baselines.neighbours import PIECE, Neighbours, Table, people_by_items, table_of
from models.interactions import Interactions

MOST_ITEMS = 15_000
"""Beyond, the matrix of pairs would take more memory and time than the rest of a training together."""
QUICK_ITEMS = 2_000
"""Knobs are chosen on the items with the most people: ridge regression of all would only cost more."""


TILE = 128


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
        people = sparse.csc_array(people[:, kept])
        by_item = sparse.csr_array(people.T)
        gram = np.zeros((len(kept), len(kept)), np.float32, order="F")
        for start in range(0, len(kept), PIECE):
            gram[:, start : start + PIECE] = (by_item @ people[:, start : start + PIECE]).toarray()
        gram[np.diag_indices(len(kept))] += np.float32(self.knobs["ridge"])
        inverse = _inverse(gram)
        scale = -1 / np.diag(inverse)

        def pieces() -> Iterator[np.ndarray]:
            for start in range(0, len(kept), PIECE):
                piece = inverse[start : start + PIECE] * scale
                row = np.arange(len(piece))
                piece[row, start + row] = 0
                yield piece

        near = table_of(pieces(), len(kept), len(kept))
        self.table = Table(
            np.zeros((items, near.item.shape[1]), np.int32), np.zeros((items, near.item.shape[1]), np.float32)
        )
        self.table.item[kept], self.table.weight[kept] = kept[near.item], near.weight


def _inverse(symmetric: np.ndarray) -> np.ndarray:
    """The inverse of a positive definite float32 matrix in its own place, by Cholesky."""
    if not len(symmetric):
        return symmetric
    factor, _ = lapack.spotrf(symmetric, lower=1, overwrite_a=1, clean=0)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    # LAPACK leaves one half. By small squares, since a whole row of one half is a whole column of the other in memory.
    for row in range(0, len(inverse), TILE):
        for column in range(row + TILE, len(inverse), TILE):
            inverse[row : row + TILE, column : column + TILE] = inverse[column : column + TILE, row : row + TILE].T
        square = inverse[row : row + TILE, row : row + TILE]
        square[...] = np.tril(square) + np.tril(square, -1).T
    return inverse
