"""Read-outs: each attends to events of one kind, and to nothing but events."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.interactions import Interactions, successive_requests
from models.network.config import NetworkConfig
from models.network.inputs import request_inputs

pytestmark = pytest.mark.slow


def test_they_attend_to_events_only_and_are_the_same_again(
    circle_log: Callable[..., Interactions], tiny_config: Callable[..., NetworkConfig]
) -> None:
    from models.network.devices import devices

    cpu = devices("cpu")
    from models.network import readouts
    from models.network.training import Trainer

    log = circle_log()
    trainer = Trainer(log, tiny_config(log, epochs=5, learning_rate=0.02), cpu)
    trainer.run()
    requests = successive_requests(log, 0)
    arrays = request_inputs(log, requests, trainer.config)
    found = [
        readouts.read_out(trainer.network, readouts.learned_readouts(trainer.network, log, requests), arrays)
        for _ in range(2)
    ]
    assert found[0].shape == (len(requests), readouts.COUNT, trainer.config.history)
    assert np.allclose(found[0].sum(axis=2), 1, atol=1e-5)
    assert found[0][np.broadcast_to((arrays["segment"] == 0)[:, None], found[0].shape)].max() < 1e-6
    assert (found[0] == found[1]).all()
    long = (arrays["segment"] > 0).sum(axis=1) >= 6
    assert np.abs(found[0][long][:, 0] - found[0][long][:, 1]).max() > 0.1


def test_everybody_is_written(
    circle_log: Callable[..., Interactions], tiny_config: Callable[..., NetworkConfig], tmp_path: Path
) -> None:
    from models.tensorflow_start import start_tensorflow

    start_tensorflow()
    from models.network.encoder import build_network
    from models.network.readouts import ReadOuts
    from models.network.user_readouts import EVENTS, write_readouts

    log = circle_log(users=150)
    network = build_network(tiny_config(log))
    layer = ReadOuts(network.config.width)
    layer.build()
    write_readouts(network, layer, log, np.arange(150) + 1_000, int(log.time.max()) + 1, tmp_path)
    found = pl.read_parquet(tmp_path / "readouts.parquet")
    assert found["user_no"].unique().sort().to_list() == list(range(1_000, 1_150))
    assert found["place"].max() == EVENTS
    assert found.group_by("user_no").agg(pl.col("readout").max())["readout"].max() <= 4
    one = found.filter(pl.col("user_no") == 1_000)
    assert set(one["item_id"]) <= {f"item {number}" for number in range(9)}
    assert one.filter(pl.col("place") == 1)["interest"].is_unique().all()
    assert (one["share"] <= 1).all()
    assert (one["attention"] > 0).all()
