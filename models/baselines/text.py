"""Text similarity: items whose names mean something near to what the history holds."""

from collections.abc import Iterator

import numpy as np

from models.baselines.neighbours import PIECE, Neighbours, table_of
from models.interactions import Interactions


class Text(Neighbours):
    """The cosine of name vectors above `floor`, to the power `sharpness`, summed over the decayed history. It needs no
    events of an item, and search words count by their own vectors."""

    name = "text"
    grid = {"sharpness": (4, 1, 8), "floor": (0.2, 0.0)}  # noqa: RUF012

    def learn(self, train: Interactions, *, quick: bool = False) -> None:
        vectors, queries = self.catalogue.vectors, self.catalogue.query_vectors
        assert vectors is not None
        asking = vectors if queries is None else np.concatenate([vectors, queries])

        def pieces() -> Iterator[np.ndarray]:
            for start in range(0, len(asking), PIECE):
                near = np.maximum(asking[start : start + PIECE] @ vectors.T - np.float32(self.knobs["floor"]), 0)
                yield near ** self.knobs["sharpness"]

        self.table = table_of(pieces(), len(asking), len(vectors))
