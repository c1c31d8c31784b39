"""Which events the network's read-outs attend to, as pages read them."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from models.interactions import KINDS, NO_ITEM, Catalogue, arranged, successive_requests
from models.job.readouts import carried, write_readouts
from models.network.config import NetworkConfig

DAY = 86_400


def test_the_events_that_carry_a_read_out_are_its_largest_and_not_the_small_ones():
    attention = np.array([[[0.01, 0.6, 0.39, 0.0], [0.25, 0.25, 0.25, 0.25]]])
    row, readout, token = carried(attention)
    assert row.tolist() == [0] * 6
    assert readout.tolist() == [0, 0, 1, 1, 1, 1]
    assert token.tolist() == [1, 2, 0, 1, 2, 3]


@pytest.mark.slow
def test_everybodys_read_outs_are_written_with_their_events(tmp_path):
    rows = [(user, (user + day) % 6, day * DAY) for user in range(140) for day in range(8)]
    rows += [(0, NO_ITEM, 9 * DAY)]
    user, item, time = (np.array(column) for column in zip(*rows, strict=True))
    ids = [f"I{n}" for n in range(6)]
    catalogue = Catalogue(ids, ids, np.zeros(6, np.int32), ["all"], ["All"])
    log = arranged(
        user, item, time, users=[str(n) for n in range(141)], catalogue=catalogue,
        query=np.where(item < 0, 0, NO_ITEM), kind=np.where(item < 0, KINDS.index("search"), 0).astype(np.int8),
    )  # fmt: skip
    from models.tensorflow_start import start_tensorflow

    start_tensorflow()
    from models.network.encoder import build_network

    network = build_network(NetworkConfig(width=8, blocks=1, history=6).for_log(log))
    numbers = np.arange(141) + 500
    write_readouts(network, log, numbers, successive_requests(log, 5 * DAY), 10 * DAY, tmp_path)
    frame = pl.read_parquet(tmp_path / "readouts.parquet")
    assert frame.columns == ["user_no", "readout", "place", "event_time", "event_type", "item_id", "weight"]
    assert frame["user_no"].unique().sort().to_list() == numbers[:140].tolist()  # the last one has no events
    assert set(frame["readout"]) <= {0, 1, 2, 3} and frame["weight"].min() >= 0.05
    assert frame.group_by("user_no", "readout").agg(pl.col("weight").sum())["weight"].max() <= 1.0001
    own = frame.filter(pl.col("user_no") == 500)
    assert set(own["place"]) <= {3, 4, 5, 6, 7, 8}  # only the newest six are read
    for place, event_time, kind, item_id in own.select("place", "event_time", "event_type", "item_id").rows():
        assert (event_time - datetime(1970, 1, 1)).days == (9 if place == 8 else place)
        assert (kind, item_id) == (("search", None) if place == 8 else ("view", f"I{place % 6}"))
