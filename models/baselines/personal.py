"""Personal frequency: the decayed counts of a person's own items, the plainest rival where people come back."""

import numpy as np

from models.baselines.histories import Weighted
from models.baselines.scored import Scored
from models.interactions import Interactions, Requests
from models.ranking import expects_repeats


class Personal(Scored):
    """Scores an item by its decayed events in the history; where nothing comes again, recent popularity is left."""

    name = "personal"

    def tune(self, train: Interactions, log: Interactions, requests: Requests) -> None:
        """As every rival; where nothing comes again there is nothing to choose."""
        if expects_repeats(train):
            super().tune(train, log, requests)
            return
        self.masks_seen = True
        if not self.popularity.is_tuned:
            self.popularity.tune(train, log, requests)

    def scores(self, histories: Weighted, requests: int) -> np.ndarray:
        items = self.catalogue.items
        own = histories.token < items
        cell = histories.request[own] * items + histories.token[own]
        found = np.bincount(cell, histories.weight[own], requests * items)
        return np.asarray(found.reshape(requests, items), np.float32)
