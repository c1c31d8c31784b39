"""Checkpoints: everything that a training needs to go on as if it had never been killed, in one file."""

import json
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.engine import fsync
from data.errors import InputError, StoreError
from models.interactions import Interactions

FILE = "checkpoint.npz"
STATE = "state"


def write_checkpoint(folder: Path, arrays: Mapping[str, Sequence[np.ndarray]], state: Mapping[str, Any]) -> None:
    """Write lists of arrays by name, and a JSON object; the file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    flat = {f"{name}/{number}": array for name, some in arrays.items() for number, array in enumerate(some)}
    flat[STATE] = np.frombuffer(json.dumps(state).encode(), np.uint8)
    temporary = folder / f"{FILE}.{os.getpid()}.new"
    with temporary.open("wb") as out:
        np.savez(out, **flat)  # type: ignore[arg-type]  # numpy types its one option in the place of all arrays
    fsync(temporary)
    os.replace(temporary, folder / FILE)
    fsync(folder)


def read_checkpoint(folder: Path) -> tuple[dict[str, list[np.ndarray]], dict[str, Any]] | None:
    """What was written last; None where nothing was.

    Raises:
        StoreError: The file is damaged.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        with np.load(path) as found:
            state = json.loads(found[STATE].tobytes())
            arrays: dict[str, list[np.ndarray]] = {}
            for key in found.files:
                name, _, number = key.partition("/")
                if number:
                    arrays.setdefault(name, []).append(found[key])
                    assert int(number) == len(arrays[name]) - 1
        return arrays, state
    except (OSError, ValueError, KeyError, AssertionError, zlib.error) as error:
        raise StoreError(f"{path.name} in {folder} cannot be read ({error}). Train again without --resume.") from error


def fingerprint(log: Interactions, config: str) -> str:
    """What a checkpoint belongs to: a digest of the events and of how they are learned."""
    digest = zlib.crc32(config.encode())
    for column in (log.user, log.item, log.query, log.time):
        for start in range(0, log.events, 1 << 22):
            digest = zlib.crc32(np.ascontiguousarray(column[start : start + (1 << 22)]).tobytes(), digest)
    return f"{log.events}-{digest:08x}"


def check_same(state: Mapping[str, Any], expected: str, folder: Path) -> None:
    """Raises InputError where a checkpoint belongs to other events or another config."""
    if state["fingerprint"] != expected:
        raise InputError(
            f"The checkpoint in {folder} is of other events or another config (found {state['fingerprint']}, this "
            f"training is {expected}). Train without --resume."
        )
