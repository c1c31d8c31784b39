"""Going on from an earlier run: what is kept, what is new, and what is learned again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.errors import StoreError
from models.interactions import Catalogue, Interactions, successive_requests
from models.network.config import NetworkConfig
from models.network.packing import REPLAY, Batches

Logs, Configs = Callable[..., Interactions], Callable[..., NetworkConfig]


def renamed(log: Interactions) -> Catalogue:
    """The catalogue with one item more, which comes first, and interests in another order."""
    old = log.catalogue
    interest = np.concatenate([[0], 2 - old.interest]).astype(np.int32)
    return replace(old, item_ids=["new", *old.item_ids], names=["new", *old.names], interest=interest,
                   interest_ids=old.interest_ids[::-1], interest_names=old.interest_names[::-1])  # fmt: skip


def test_new_windows_and_a_few_old_ones(circle_log: Logs, tiny_config: Configs) -> None:
    log = circle_log(users=40)
    since = int(log.time[log.offsets[1:] - 1][30])  # ten people have a later event
    batches = Batches(log, tiny_config(log), since)
    seen = sum(len(np.unique(batch["segment"][batch["segment"] > 0] + 100 * np.nonzero(batch["segment"])[0]))
               for batch in batches.epoch(0))  # fmt: skip
    assert seen == 10 + round(10 * REPLAY)
    assert len(list(Batches(log, tiny_config(log)).epoch(0))) > len(list(batches.epoch(0)))


@pytest.mark.slow
def test_weights_follow_ids(circle_log: Logs, tiny_config: Configs, tmp_path: Path) -> None:
    from models.tensorflow_start import start_tensorflow

    start_tensorflow()
    from models.network.encoder import build_network
    from models.network.refresh import FILE, read_start, start_of, take_up, write_start

    log = circle_log(events=10)
    old = build_network(tiny_config(log))
    rng = np.random.default_rng(0)
    for variable in old.scorer.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    assert read_start(tmp_path) is None
    write_start(tmp_path, start_of(old, log))
    kept = read_start(tmp_path)
    assert kept is not None
    assert (kept.until, kept.events) == (log.time.max() + 1, log.events)
    later = circle_log(events=13)
    assert kept.leads_to(later)
    assert not kept.leads_to(log)  # nothing is new
    assert not kept.leads_to(circle_log(users=40, events=13))  # other people's past was imported

    grown = replace(log, catalogue=renamed(log))
    new = build_network(tiny_config(grown, seed=1))
    first = new.items.ids.numpy()[0]
    assert take_up(new, grown.catalogue, kept)
    assert (new.items.ids.numpy()[1:] == old.items.ids.numpy()).all()
    assert (new.items.ids.numpy()[0] == first).all()
    interests: list[Any] = [each.scorer.get_layer("of_interest").embeddings.numpy() for each in (new, old)]
    assert (interests[0] == interests[1][[0, 3, 2, 1]]).all()

    other = build_network(tiny_config(grown, width=8))
    before = other.items.ids.numpy()
    assert not take_up(other, grown.catalogue, kept)
    assert (other.items.ids.numpy() == before).all()
    (tmp_path / FILE).write_bytes(b"PK")
    with pytest.raises(StoreError, match=r"network-start.npz in .* cannot be read .*Train with --full"):
        read_start(tmp_path)


@pytest.mark.slow
def test_a_refresh_costs_less_and_forgets_nothing(circle_log: Logs, tiny_config: Configs, tmp_path: Path) -> None:
    from models.network.ranker import NetworkRanker
    from models.network.refresh import read_start

    log = circle_log(users=40)
    early, late = log.cuts(0.6, 0.8)
    small = {"width": 16, "blocks": 1, "row": 24, "history": 8, "batch": 4, "warm_up": 5, "learning_rate": 0.01}
    first = NetworkRanker(NetworkConfig(**small, epochs=20, patience=20), device="cpu")  # type: ignore[arg-type]
    first.tune(log.before(early), log.before(late), successive_requests(log.before(late), early))
    first.save_start(tmp_path)
    start = read_start(tmp_path)
    assert start is not None
    assert log.time[log.time < early].max() + 1 == start.until
    again = NetworkRanker(NetworkConfig(**small, epochs=1), device="cpu", start=start)  # type: ignore[arg-type]
    again.tune(log.before(late), log, successive_requests(log, late))
    bare = NetworkRanker(NetworkConfig(**small, epochs=1), device="cpu")  # type: ignore[arg-type]
    bare.tune(log.before(late), log, successive_requests(log, late))
    assert again.tuned is not None
    assert again.tuned.refreshed
    assert bare.tuned is not None
    assert again.tuned.epochs[0]["logloss"] < bare.tuned.epochs[0]["logloss"] - 0.2
