"""Personal frequency: the decayed counts of a person's own items, the plainest rival where people come back."""

import numpy as np

from models.baselines.histories import Weighted
from models.baselines.scored import Scored


class Personal(Scored):
    """Scores an item by its decayed events in the history; where nothing comes again, recent popularity is left."""

    name = "personal"

    def scores(self, histories: Weighted, requests: int) -> np.ndarray:
        items = self.catalogue.items
        own = histories.token < items
        cell = histories.request[own] * items + histories.token[own]
        found = np.bincount(cell, histories.weight[own], requests * items)
        return np.asarray(found.reshape(requests, items), np.float32)
