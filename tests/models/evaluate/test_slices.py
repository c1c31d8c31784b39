"""Cold users, cold items, what comes again."""

import numpy as np

from models.evaluate.slices import slices_of
from models.evaluate.split import Stage
from models.interactions import Catalogue, arranged, successive_requests


def test_requests_and_targets_are_told_apart():
    names = [f"item {number}" for number in range(4)]
    catalogue = Catalogue(names, names, np.zeros(4, np.int32), ["all"], ["All"])
    times = [(0, 0, time) for time in range(6)] + [(0, 1, 10), (0, 0, 11), (1, 1, 1), (1, 2, 10), (1, 2, 11)]
    columns = [np.array(column) for column in zip(*times, strict=True)]
    log = arranged(*columns, users=["ann", "bob"], catalogue=catalogue)
    requests = successive_requests(log, 10)
    found = slices_of(Stage(log.before(10), log, requests, len(requests)))
    assert requests.target.tolist() == [1, 0, 2, 2]
    assert found.is_cold_user.tolist() == [False, False, True, True]
    assert found.is_repeat.tolist() == [False, True, False, True]
    assert found.is_warm.tolist() == [True, True, False, False]
    assert found.cold_items.tolist() == [1, 2, 3]
