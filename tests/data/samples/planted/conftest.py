"""Planted shops that several tests look at, made once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data.samples.planted import make_knobs, make_planted
from data.settings import Settings


@dataclass(frozen=True)
class Shop:
    """A planted shop as its files tell it."""

    folder: Path

    @property
    def events(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "events.parquet")

    @property
    def truth(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "truth.json").read_text()))

    def fact(self, name: str) -> dict[str, Any]:
        return dict(self.truth["facts"][name])

    def companion(self, kind: str) -> pl.DataFrame:
        return pl.read_csv(self.folder / f"{kind}.csv", infer_schema=False)


@pytest.fixture(scope="session")
def make_shop(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Shop]:
    """Make a planted shop with these knobs; `threads` and `kind` too."""

    def make(*, threads: int = 2, kind: str = "parquet", **knobs: Any) -> Shop:
        folder = tmp_path_factory.mktemp("planted")
        settings = Settings(var=folder / "var", themes=False, threads=threads)
        make_planted(settings, folder / "shop", make_knobs(**knobs), kind=kind)
        return Shop(folder / "shop")

    return make


@pytest.fixture(scope="session")
def whole(make_shop: Callable[..., Shop]) -> Shop:
    """A shop with every fact."""
    return make_shop(rows=100_000)


@pytest.fixture(scope="session")
def still(make_shop: Callable[..., Shop]) -> Shop:
    """A shop in which nothing ever changes."""
    return make_shop(rows=100_000, none=True)
