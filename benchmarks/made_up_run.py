"""A made-up run of random tables: what serving costs does not depend on what was learnt."""

from pathlib import Path

import numpy as np

from models.baselines import Ease, ItemKnn, Personal, Popularity, RecentPopularity, Rules, Text
from models.baselines.neighbours import WIDTH, Neighbours
from models.blend import Blend
from models.interactions import KINDS, Catalogue, Interactions, arranged
from models.ranking import Ranker
from models.recommender.saving import write_served
from models.runs.registry import read_json, write_json

DAY = 86_400
DAYS = 300


def made_up_log(users: int, items: int, events: float, seed: int = 0) -> Interactions:
    """People with about so many events each over DAYS, items drawn by a long tail; one event in ten a purchase."""
    rng = np.random.default_rng(seed)
    sizes = np.maximum(rng.poisson(events, users), 1)
    user = np.repeat(np.arange(users), sizes)
    count = len(user)
    item = np.minimum((items * rng.random(count) ** 3).astype(np.int32), items - 1)
    time = rng.integers(0, DAYS * DAY, count)
    kind = np.where(rng.random(count) < 0.1, KINDS.index("purchase"), 0).astype(np.int8)
    names = [f"ITEM{number:06}" for number in range(items)]
    interests = [f"interest {number}" for number in range(60)]
    catalogue = Catalogue(names, names, (np.arange(items) % 60).astype(np.int32), interests, interests)
    return arranged(user, item, time, users=[str(n) for n in range(users)], catalogue=catalogue, kind=kind)


def write_made_up(folder: Path, log: Interactions, *, with_ease: bool, seed: int = 0) -> None:
    """A run's folder as `models.recommender.load_served` reads it, the network aside."""
    rng = np.random.default_rng(seed)
    items = log.catalogue.items
    popularity = Popularity()
    popularity._kept = RecentPopularity.of(log, 28.0, 0.1)
    popularity.is_tuned = True
    members: list[Ranker] = [popularity, Personal(log.catalogue, popularity)]
    for kind in (ItemKnn, Ease, Rules, Text):
        if kind is Ease and not with_ease:
            continue
        ranker: Neighbours = kind(log.catalogue, popularity)
        neighbours = rng.integers(0, items, (items, WIDTH)).astype(np.int32)
        ranker.take({"item": neighbours, "weight": rng.random((items, WIDTH)).astype(np.float32)})
        members.append(ranker)
    blend = Blend(members)
    folder.mkdir(parents=True, exist_ok=True)
    write_served(folder, blend, log, [])
    write_json(folder / "config.json", {"data_version": 0})
    write_json(folder / "metrics.json", {"chosen": "blend", "models": {}})


def write_network(folder: Path, log: Interactions) -> None:
    """Add an untrained network to a run and its blend that `write_made_up` wrote. Needs TensorFlow."""
    from models.tensorflow_start import start_tensorflow

    start_tensorflow()
    from models.network.config import NetworkConfig
    from models.network.encoder import build_network
    from models.network.exporting import export
    from models.network.packing import popularity_of
    from models.recommender.network import save_popularity

    config = NetworkConfig().for_log(log)
    export(build_network(config), folder)
    save_popularity(folder, popularity_of(log, config))
    state = read_json(folder / "blend.json")
    weights = [[1 / (len(state["members"]) + 1)] * (len(state["members"]) + 1)]
    write_json(folder / "blend.json", {**state, "members": [*state["members"], "network"], "weights": weights})
