"""Text similarity: items whose names mean something near to what the history holds."""

from collections.abc import Iterator

import numpy as np

from models.baselines.neighbours import PIECE, Neighbours, Table, table_of
from models.interactions import Catalogue, Interactions


class Text(Neighbours):
    """The cosine of name vectors above `floor`, to the power `sharpness`, summed over the decayed history. It needs no
    events of an item, and search words count by their own vectors."""

    name = "text"
    grid = {"sharpness": (4, 1, 2, 8, 16), "floor": (0.2, 0.0)}  # noqa: RUF012

    _near: Table | None = None
    """Cosines, of which every setting is a rising function: the nearest items are found once."""

    def learn(self, train: Interactions, *, quick: bool = False) -> None:
        if self._near is None:
            self._near = _nearest(self.catalogue)
        above = np.maximum(self._near.weight - np.float32(self.knobs["floor"]), 0)
        self.table = Table(self._near.item, above ** self.knobs["sharpness"])


def _nearest(catalogue: Catalogue) -> Table:
    vectors, queries = catalogue.vectors, catalogue.query_vectors
    assert vectors is not None
    asking = vectors if queries is None else np.concatenate([vectors, queries])

    def pieces() -> Iterator[np.ndarray]:
        for start in range(0, len(asking), PIECE):
            yield np.maximum(asking[start : start + PIECE] @ vectors.T, 0)

    return table_of(pieces(), len(asking), len(vectors))
