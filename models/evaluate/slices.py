"""Parts of the requests and targets that are also told apart: who is new, what is new, what comes again."""

from dataclasses import dataclass

import numpy as np

from models.evaluate.metrics import target_rows
from models.evaluate.split import Stage
from models.ranking import batches, seen_cells

COLD_USER = 3
"""The most events of a history that is still a cold user's."""
COLD_ITEM = 5
"""The most events before the cut of an item that is still cold."""


@dataclass(frozen=True)
class Slices:
    """What each request and each target of a stage is."""

    is_cold_user: np.ndarray
    """bool (requests,)."""
    is_repeat: np.ndarray
    """bool (targets,): the item is in the person's history."""
    is_warm: np.ndarray
    """bool (targets,): the item has events before the cut."""
    cold_items: np.ndarray
    """int64, rising: the items of at most COLD_ITEM events before the cut."""


def slices_of(stage: Stage) -> Slices:
    """The slices of a stage's requests."""
    requests, log, items = stage.requests, stage.log, stage.train.catalogue.items
    row, is_repeat = target_rows(requests), np.zeros(len(requests.target), bool)
    for chosen, part in batches(requests):
        seen_row, seen_item = seen_cells(log, part)
        inside = slice(requests.target_offsets[chosen[0]], requests.target_offsets[chosen[-1] + 1])
        asked = (row[inside] - chosen[0]) * items + part.target
        is_repeat[inside] = np.isin(asked, seen_row * items + seen_item)
    events = np.bincount(stage.train.item[stage.train.item >= 0], minlength=items)
    is_cold_user = requests.end - log.offsets[requests.user] <= COLD_USER
    return Slices(is_cold_user, is_repeat, events[requests.target] > 0, np.flatnonzero(events <= COLD_ITEM))
