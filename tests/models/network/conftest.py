"""A shop of 20 people that everybody can check: each walks through the items in a circle from a place of their own."""

from collections.abc import Callable

import numpy as np
import pytest

from models.interactions import Catalogue, Interactions, arranged
from models.network.config import NetworkConfig

DAY = 86_400
START = 1_704_067_200
"""Monday, 1 January 2024."""
ITEMS, INTERESTS = 12, 3


def circle(users: int = 20, events: int = 9, *, words: bool = False, seed: int = 0) -> Interactions:
    """Person p takes items p, p + 1, p + 2, ... modulo ITEMS, one a day; every third step has two items of one hour."""
    rng = np.random.default_rng(seed)
    user = np.repeat(np.arange(users, dtype=np.int32), events)
    number = np.tile(np.arange(events), users)
    item = ((user + number) % ITEMS).astype(np.int32)
    day = number - number // 3
    time = START + day * DAY + user * 60
    query = np.full(len(user), -1, np.int32)
    vectors = queries = None
    if words:
        vectors = rng.normal(size=(ITEMS, 8)).astype(np.float32)
        queries = rng.normal(size=(4, 8)).astype(np.float32)
        is_search = number == 4
        query = np.where(is_search, user % 4, -1).astype(np.int32)
        item = np.where(is_search, -1, item).astype(np.int32)
    names = [f"item {number}" for number in range(ITEMS)]
    interests = [f"interest {number}" for number in range(INTERESTS)]
    catalogue = Catalogue(
        names, names, (np.arange(ITEMS) % INTERESTS).astype(np.int32), interests, interests, vectors, queries
    )
    return arranged(
        user, item, time, users=[str(n) for n in range(users)], catalogue=catalogue, query=query,
        kind=np.where(query >= 0, 5, 0).astype(np.int8),
    )  # fmt: skip


@pytest.fixture
def circle_log() -> Callable[..., Interactions]:
    return circle


def tiny(log: Interactions, **knobs: object) -> NetworkConfig:
    """A network that trains in a second."""
    small: dict[str, object] = {"width": 16, "blocks": 1, "row": 24, "history": 8, "batch": 4, "warm_up": 5}
    return NetworkConfig(**{**small, **knobs}).for_log(log)  # type: ignore[arg-type]


@pytest.fixture
def tiny_config() -> Callable[..., NetworkConfig]:
    return tiny
