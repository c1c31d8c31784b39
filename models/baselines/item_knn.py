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
        people = people_by_items(train)
        items = people.shape[1]
        length = np.sqrt(people.sum(axis=0))
        by_item = sparse.csr_array(people.T)

        def pieces() -> Iterator[sparse.csr_array]:
            for start in range(0, items, PIECE):
                both = sparse.csr_array(by_item[start : start + PIECE] @ people)
                row = start + np.repeat(np.arange(both.shape[0]), np.diff(both.indptr))
                both.data /= length[row] * length[both.indices] + np.float32(self.knobs["shrinkage"])
                yield both

        self.table = table_of(pieces(), items, items)
