"""The loss: the same packed and unpacked, blind to order inside a step, and estimated well from samples."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.interactions import Interactions
from models.network.config import NetworkConfig
from models.network.inputs import Arrays
from models.network.packing import Batches, Packed, event_counts, log_shares, windows

pytestmark = pytest.mark.slow
Logs, Configs = Callable[..., Interactions], Callable[..., NetworkConfig]


def stirred(log: Interactions, config: NetworkConfig) -> Any:
    """A network whose weights are all drawn at random, so that nothing is 0 by its start."""
    from models.network.encoder import build_network, give_catalogue

    network = build_network(config)
    give_catalogue(network, log.catalogue, event_counts(log))
    rng = np.random.default_rng(0)
    for variable in network.scorer.trainable_variables:
        variable.assign(rng.normal(0, 0.3, variable.shape))
    return network


def mean_loss(network: Any, batches: Batches, made: Iterator[Arrays]) -> float:
    from models.network.loss import batch_loss

    shares = log_shares(batches.popularity)
    shares = shares.T if network.config.sampled else shares
    total = count = 0.0
    for batch in made:
        targets = (batch["weight"] > 0).sum()
        total += float(batch_loss(network, batch, shares, training=False)) * targets
        count += targets
    return total / count


@pytest.fixture(scope="module", autouse=True)
def _tensorflow() -> None:
    from models.tensorflow_start import start_tensorflow

    start_tensorflow()


def test_packed_is_unpacked(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log(words=True)
    config = tiny_config(log)
    batches, network = Batches(log, config), stirred(log, config)
    starts, ends = windows(log, config.row, None)
    alone = Packed(starts, ends, np.arange(len(starts)), np.zeros(len(starts), np.int32), len(starts))
    rows = [np.arange(begin, min(begin + config.batch, len(starts))) for begin in range(0, len(starts), config.batch)]
    one = [batches.arrays(alone, each, np.arange(len(each)), np.ones(len(each), int)) for each in rows]
    packed, unpacked = mean_loss(network, batches, batches.epoch(0)), mean_loss(network, batches, iter(one))
    assert abs(packed - unpacked) < 1e-5


def test_order_inside_a_step_and_later_steps_change_nothing(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log(words=True)
    config = tiny_config(log)
    network = stirred(log, config)
    batch = next(Batches(log, config).epoch(0))
    arrays = {tensor.name: batch[tensor.name] for tensor in network.encoder.inputs}
    rng = np.random.default_rng(0)
    same, later = {name: array.copy() for name, array in arrays.items()}, {}
    for row in range(config.batch):
        shuffled = np.lexsort((rng.random(config.row), arrays["step"][row], arrays["segment"][row]))
        placed = np.lexsort((np.arange(config.row), arrays["step"][row], arrays["segment"][row]))
        for name in ("item", "text", "interest", "kind"):
            same[name][row, placed] = arrays[name][row, shuffled]
    assert any((same[name] != arrays[name]).any() for name in arrays)
    before = network.encoder(arrays)["query"].numpy()
    assert np.abs(network.encoder(same)["query"].numpy() - before).max() < 1e-5
    later = {**arrays, "item": np.where(arrays["step"] >= 4, 1, arrays["item"])}
    told_before = (arrays["asked_step"] < 4) & (arrays["segment"] > 0)
    assert np.abs(network.encoder(later)["query"].numpy() - before)[told_before].max() < 1e-5


def test_sampled_loss_estimates_the_full_one(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log()
    config = tiny_config(log)
    sampled = replace(config, full_items=5, negatives=20_000)
    network = stirred(log, config)
    full = mean_loss(network, Batches(log, config), Batches(log, config).epoch(0))
    drawn = Batches(log, sampled)
    found = mean_loss(replace(network, config=sampled), drawn, drawn.epoch(0))
    assert abs(found - full) < 0.02


def test_items_without_events_are_their_words(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log(users=2, events=3, words=True)  # nobody had the items from 4 on
    network = stirred(log, tiny_config(log))
    vectors = network.items.all_items().numpy()
    words = network.items.words(np.arange(12)).numpy()
    assert np.abs(vectors[4:] - words[4:]).max() < 1e-6
    assert np.abs(vectors[:4] - words[:4]).min(axis=1).max() > 1e-3
