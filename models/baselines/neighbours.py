"""The form that item-kNN, EASE, sequence rules and text share: for each item its nearest items, each with a weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.baselines.histories import Weighted
from models.baselines.scored import Scored
from models.interactions import Interactions

WIDTH = 200
"""Neighbours kept of each item."""
PIECE = 512
"""Rows of a table made at a time: 512 x 15,000 items are 31 MB."""


@dataclass(frozen=True)
class Table:
    """The WIDTH heaviest neighbours of items, and of search words after them; unused places weigh 0."""

    item: np.ndarray
    """int32 (rows, width)."""
    weight: np.ndarray
    """float32 (rows, width)."""

    def scores(self, histories: Weighted, requests: int, items: int) -> np.ndarray:
        """float32 (requests, items): sums of history weight times neighbour weight, nothing below 0."""
        known = histories.token < len(self.item)
        token, request = histories.token[known], histories.request[known]
        cell = self.item[token] + (request * items)[:, None]
        weight = self.weight[token] * histories.weight[known][:, None]
        found = np.bincount(cell.ravel(), weight.ravel(), requests * items)
        return np.asarray(np.maximum(found, 0).reshape(requests, items), np.float32)


def table_of(pieces: Iterator[sparse.csr_array | np.ndarray], rows: int, items: int) -> Table:
    """The heaviest neighbours, by absolute weight, of pieces of a (rows, items) matrix that come from its top."""
    width = min(WIDTH, items)
    table = Table(np.zeros((rows, width), np.int32), np.zeros((rows, width), np.float32))
    row = 0
    for piece in pieces:
        if isinstance(piece, np.ndarray):
            _dense(piece, table, row)
        else:
            _sparse(piece, table, row)
        row += piece.shape[0]
    return table


def _dense(piece: np.ndarray, table: Table, row: int) -> None:
    width = table.item.shape[1]
    if width < piece.shape[1]:
        top = np.argpartition(-np.abs(piece), width, axis=1)[:, :width]
    else:
        top = np.broadcast_to(np.arange(width), piece.shape)
    table.item[row : row + len(piece)] = top
    table.weight[row : row + len(piece)] = np.take_along_axis(piece, top, axis=1)


def _sparse(piece: sparse.csr_array, table: Table, row: int) -> None:
    width = table.item.shape[1]
    for number, (start, end) in enumerate(zip(piece.indptr[:-1], piece.indptr[1:], strict=True), row):
        item, weight = piece.indices[start:end], piece.data[start:end]
        if len(item) > width:
            top = np.argpartition(-np.abs(weight), width)[:width]
            item, weight = item[top], weight[top]
        table.item[number, : len(item)] = item
        table.weight[number, : len(item)] = weight


class Neighbours(Scored):
    """A rival by a table of neighbours and the decayed history."""

    table: Table

    def scores(self, histories: Weighted, requests: int) -> np.ndarray:
        return self.table.scores(histories, requests, self.catalogue.items)

    def arrays(self) -> dict[str, np.ndarray]:
        return {"item": self.table.item, "weight": self.table.weight}

    def take(self, arrays: dict[str, np.ndarray]) -> None:
        self.table = Table(arrays["item"], arrays["weight"])


def people_by_items(train: Interactions) -> sparse.csr_array:
    """float32 (users, items): 1 where a person has the item; of each person at most the MOST newest different ones."""
    is_item = np.flatnonzero(train.item >= 0)[::-1]
    items = max(train.catalogue.items, 1)
    key = train.user[is_item].astype(np.int64) * items + train.item[is_item]
    _, newest = np.unique(key, return_index=True)
    chosen = is_item[np.sort(newest)][::-1]
    user, item = train.user[chosen].astype(np.int64), train.item[chosen]
    ends = np.searchsorted(user, user, side="right")
    kept = ends - np.arange(len(user)) <= MOST
    shape = (train.users, train.catalogue.items)
    return sparse.csr_array((np.ones(int(kept.sum()), np.float32), (user[kept], item[kept])), shape=shape)


MOST = 1_000
"""Different items of one person that are paired with each other at most: a till that everybody uses is no taste."""
