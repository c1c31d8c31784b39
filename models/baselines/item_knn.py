"""Item-kNN: items are near when the same people have both."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from models.baselines.neighbours import PIECE, Neighbours, people_by_items, table_of
from models.interactions import Interactions


class ItemKnn(Neighbours):
    """Cosine of items over people, with shrinkage: n_ab / (sqrt(n_a n_b) + shrinkage) (Sarwar et al. 2001)."""

    name = "item-knn"
    grid = {"shrinkage": (20.0, 0.0, 5.0, 80.0)}  # noqa: RUF012

    def learn(self, train: Interactions, *, quick: bool = False) -> None:
        items = train.catalogue.items
        self.table = table_of((cosine for _, cosine in _alike(train, self.knobs["shrinkage"])), items, items)


def partners(train: Interactions, most: int, in_common: int) -> tuple[np.ndarray, np.ndarray]:
    """int64 pairs of items: each item with its `most` nearest others by cosine that share `in_common` people."""
    first, second = [], []
    start = 0
    for both, cosine in _alike(train, 0.0):
        row = np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
        usable = np.flatnonzero((both.data >= in_common) & (both.indices != row + start))
        order = usable[np.lexsort((-cosine.data[usable], row[usable]))]
        row = row[order]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        first.append(row[place < most] + start)
        second.append(both.indices[order][place < most])
        start += both.shape[0]
    return np.concatenate(first).astype(np.int64), np.concatenate(second).astype(np.int64)


def _alike(train: Interactions, shrinkage: float) -> Iterator[tuple[sparse.csr_array, sparse.csr_array]]:
    """PIECE rows at a time: people that items have in common, and their cosine."""
    people = people_by_items(train)
    length = np.sqrt(people.sum(axis=0))
    by_item = sparse.csr_array(people.T)
    for start in range(0, people.shape[1], PIECE):
        both = sparse.csr_array(by_item[start : start + PIECE] @ people)
        row = start + np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
        cosine = both.copy()
        cosine.data /= length[row] * length[both.indices] + np.float32(shrinkage)
        yield both, cosine
