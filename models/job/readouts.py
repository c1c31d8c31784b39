"""What the network's read-outs attend to in everybody's history, for the pages: which events carry which interest."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.engine import fsync
from data.progress import Progress, quiet
from models.interactions import KINDS, Interactions, Requests
from models.network.inputs import request_inputs
from models.ranking import batches
from models.recommender.network import filled
from models.recommender.scoring import next_requests

FILE = "readouts.parquet"
BATCH = 128
EVENTS = 5
"""Events told of each read-out at most."""
LEAST = 0.05
"""The part of a read-out's attention below which an event is not told."""
SCHEMA = pa.schema(
    [("user_no", pa.int64()), ("readout", pa.int8()), ("place", pa.int32()), ("event_time", pa.timestamp("s")),
     ("event_type", pa.dictionary(pa.int8(), pa.string())), ("item_id", pa.dictionary(pa.int32(), pa.string())),
     ("weight", pa.float32())]
)  # fmt: skip


def write_readouts(
    network: Any, log: Interactions, numbers: np.ndarray, asked: Requests, moment: int, folder: Path,
    progress: Progress = quiet,
) -> None:  # fmt: skip
    """Write readouts.parquet [user_no, readout, place, event_time, event_type, item_id, weight] into `folder`: of every
    person with events, and each of the network's read-outs (0 to 3), the events that carry it.

    `network` is a trained models.network.encoder.Network, `asked` what its read-outs are learned on, `numbers` the
    people's numbers in the store. `place` counts a person's events from 0, oldest first; `weight` is the part of the
    read-out's attention; `item_id` is null for a search. Needs TensorFlow.
    """
    import tensorflow as tf

    from models.network.readouts import learned_readouts

    layer = learned_readouts(network, log, asked)
    call = tf.function(lambda given: layer(network.encoder(given, training=False)["states"], given["segment"]))
    people = np.flatnonzero(np.diff(log.offsets))
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{FILE}.new"
    kinds, items = pa.array(KINDS), pa.array(log.catalogue.item_ids, pa.string())
    with pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer:
        for chosen, part in batches(next_requests(log, people, moment), BATCH):
            arrays = request_inputs(log, part, network.config)
            attention = np.asarray(call({name: filled(array, BATCH) for name, array in arrays.items()}))[: len(part)]
            writer.write_table(_table(attention, log, part, numbers[people[chosen]], kinds, items))
            progress("read-outs", (int(chosen[-1]) + 1) / len(people))
    fsync(temporary)
    os.replace(temporary, folder / FILE)


def carried(attention: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows, read-outs and tokens, int64 each, of the EVENTS largest cells of each read-out that are at least LEAST
    of attention (rows, read-outs, tokens), the largest of a read-out first."""
    count = min(EVENTS, attention.shape[2])
    top = np.argsort(-attention, axis=2, kind="stable")[:, :, :count]
    row, readout, place = np.nonzero(np.take_along_axis(attention, top, axis=2) >= LEAST)
    return row, readout, top[row, readout, place]


def _table(
    attention: np.ndarray, log: Interactions, part: Requests, numbers: np.ndarray, kinds: pa.Array, items: pa.Array
) -> pa.Table:
    row, readout, token = carried(attention)
    first = np.maximum(log.offsets[part.user], part.end - attention.shape[2])
    event = first[row] + token
    item = pa.array(log.item[event].astype(np.int32), mask=log.item[event] < 0)
    columns = [
        pa.array(numbers[row].astype(np.int64)), pa.array(readout.astype(np.int8)),
        pa.array((event - log.offsets[part.user][row]).astype(np.int32)),
        pa.array(log.time[event].astype("datetime64[s]")),
        pa.DictionaryArray.from_arrays(pa.array(log.kind[event].astype(np.int8)), kinds),
        pa.DictionaryArray.from_arrays(item, items), pa.array(attention[row, readout, token].astype(np.float32)),
    ]  # fmt: skip
    return pa.table(columns, SCHEMA)
