"""Packed rows: nothing lost, nothing doubled, nothing seen that came later."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.interactions import Interactions
from models.network.config import NetworkConfig
from models.network.packing import Batches, Fill, negative_chances, pack, windows

Logs, Configs = Callable[..., Interactions], Callable[..., NetworkConfig]


def test_best_fit() -> None:
    packed = pack(np.array([0, 10, 20, 30]), np.array([6, 17, 24, 33]), 10)  # windows of 6, 7, 4 and 3 in rows of 10
    assert packed.row.tolist() == [0, 1, 0, 1]
    assert packed.place.tolist() == [0, 0, 6, 7]
    assert packed.rows == 2


def test_windows_cover_long_histories_without_overlap(circle_log: Logs) -> None:
    log = circle_log(users=3, events=20)
    starts, ends = windows(log, 8, None)
    assert list(zip(starts[:3], ends[:3], strict=True)) == [(0, 8), (8, 16), (16, 20)]
    drawn = [windows(log, 8, np.random.default_rng(seed)) for seed in range(8)]
    assert len({tuple(ends.tolist()) for _, ends in drawn}) > 1
    for starts, ends in drawn:
        assert (ends - starts).max() <= 8
        covered = np.concatenate([np.arange(a, b) for a, b in zip(starts, ends, strict=True)])
        assert len(np.unique(covered)) == len(covered)


def test_every_event_but_first_steps_is_a_target_once(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log()
    config, fill = tiny_config(log), Fill()
    batches = list(Batches(log, config).epoch(0, fill))
    taught = np.concatenate([batch["target"][batch["weight"] > 0] for batch in batches])
    later = np.concatenate([log.item[a:b][log.step[a:b] > log.step[a]]
                            for a, b in zip(log.offsets, log.offsets[1:], strict=False)])  # fmt: skip
    assert np.bincount(taught).tolist() == np.bincount(later).tolist()
    assert fill.targets == len(later)
    assert fill.events == log.events
    assert fill.share == log.events / sum(batch["item"].size for batch in batches)
    for batch in batches:
        assert np.isclose(batch["weight"].sum(), 1)
        assert (batch["asked_step"] == np.maximum(batch["step"] - 1, 0)).all()


def test_an_epoch_is_the_same_whenever_it_is_asked_for(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log(events=40)
    batches = Batches(log, tiny_config(log))

    def listed(epoch: int) -> list[list[int]]:
        return [batch["target"].ravel().tolist() for batch in batches.epoch(epoch)]

    assert listed(1) == listed(1)
    assert listed(1) != listed(2)


def test_nothing_after_the_cut_reaches_a_training_tensor(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log(events=20, words=True)
    cut = log.cuts(0.7)[0]
    rng = np.random.default_rng(1)
    late = log.time >= cut
    corrupted = replace(
        log,
        item=np.where(late, rng.integers(0, 12, log.events), log.item).astype(np.int32),
        time=np.where(late, cut + rng.integers(0, 9_999_999, log.events), log.time),
        kind=np.where(late, 3, log.kind).astype(np.int8),
        query=np.where(late, -1, log.query).astype(np.int32),
    )
    found = []
    for each in (log, corrupted):
        before = each.before(cut)
        config = replace(tiny_config(before), full_items=5)  # negatives are drawn as well
        batches = Batches(before, config)
        found.append((config, batches.popularity.counts, list(batches.epoch(3))))
    assert found[0][0] == found[1][0]
    assert (found[0][1] == found[1][1]).all()
    for one, other in zip(found[0][2], found[1][2], strict=True):
        for name in one:
            assert (one[name] == other[name]).all(), name


def test_negatives_are_drawn_by_popularity(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log(users=3, events=7)
    chances = negative_chances(log)
    assert np.isclose(chances.sum(), 1)
    assert np.isclose(chances[2] / chances[11], 4**0.75)  # three events and none
    batch = next(Batches(log, replace(tiny_config(log), full_items=5, negatives=6)).epoch(0))
    assert batch["negatives"].shape == (6,)
    assert np.allclose(batch["log_chances"], np.log(6 * chances[batch["negatives"]]))
