"""What a rival has learnt, as plain knobs and arrays, and the files it is kept in."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data.errors import StoreError


@dataclass(frozen=True)
class State:
    """Knobs that JSON can hold (inf aside, which Python's own JSON reads and writes) and arrays by name."""

    knobs: dict[str, Any]
    arrays: dict[str, np.ndarray]


def save_state(folder: Path, name: str, state: State) -> None:
    """<name>.json and one <name>-<array>.npy for each array, so that a page can map them instead of reading them."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, array in state.arrays.items():
        np.save(folder / f"{name}-{key}.npy", array, allow_pickle=False)
    written = json.dumps({"knobs": state.knobs, "arrays": sorted(state.arrays)})
    (folder / f"{name}.json").write_text(written)


def load_state(folder: Path, name: str) -> State:
    """What `save_state` wrote, arrays mapped into memory and read only when used.

    Raises StoreError where a file is missing or cannot be read.
    """
    try:
        written = json.loads((folder / f"{name}.json").read_text())
        arrays = {key: np.load(folder / f"{name}-{key}.npy", mmap_mode="r") for key in written["arrays"]}
        return State(written["knobs"], arrays)
    except (OSError, ValueError, KeyError) as problem:
        raise StoreError(
            f"The rival '{name}' in {folder} cannot be read ({problem}). Train again, or activate another run."
        ) from problem
