"""Fixtures for every test: a store of its own under tmp_path, small logs, and digests of what a store holds."""

import hashlib
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from data import ledger
from data.companions.schema import COMPANIONS
from data.errors import Damaged
from data.ingest import ImportOptions, ingest
from data.pipeline import import_file
from data.serving import current_file
from data.settings import Settings
from data.store import Store

HEADER = "event_time,event_type,user_id,item_id,item_name,price,quantity,country"


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test ever sees the developer's store, and none runs the language model unless it asks to."""
    monkeypatch.setenv("TIDELINE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("TIDELINE_THEMES", "0")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty store without the language model."""
    return Settings(var=tmp_path / "var", themes=False)


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV of canonical events: rows as text lines, or another header."""

    def write(name: str, *rows: str, header: str = HEADER, ending: str = "\n", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes((ending.join([header, *rows]) + ending).encode(encoding))
        return path

    return write


def _measured(ndcg: float, requests: int = 900) -> dict[str, Any]:
    return {"ndcg@10": ndcg, "recall@10": 2 * ndcg, "interval": [0.9 * ndcg, 1.1 * ndcg], "requests": requests}


@pytest.fixture
def run_metrics() -> Callable[..., dict[str, Any]]:
    """The metrics.json of a run as small as it can be told of: four models, the blend better than rules by `gain`."""

    def make(gain: float = 0.006, *, spread: float = 0.004, **changed: Any) -> dict[str, Any]:
        values = {"popularity": 0.02, "rules": 0.07, "network": 0.065, "blend": 0.07 + gain}
        models = {
            name: {
                **_measured(value),
                "logloss": 6.0,
                "ece": 0.02,
                "coverage@10": 0.3,
                "seconds": 1.5,
                "cold_users": _measured(value / 2, 100),
                "warm_only": None,
                "repeat": _measured(2 * value, 400),
                "novel": _measured(value / 2, 500),
            }
            for name, value in values.items()
        }
        differences = {
            name: {
                "ndcg@10": values["blend"] - value,
                "interval": [values["blend"] - value - spread, values["blend"] - value + spread],
            }
            for name, value in values.items()
            if name != "blend"
        }
        differences["network_vs_best"] = {"ndcg@10": -0.005, "interval": [-0.009, -0.001]}
        return {
            "data_version": 1, "requests": 900, "models": models, "differences": differences, "best_rival": "rules",
            "weights": {"rules": 0.6, "network": 0.4, "popularity": 0.0}, "temperature": 0.9,
            "chosen": "blend" if gain > 0 else "rules",
            "calibration": [{"confidence": 0.02 * n, "accuracy": 0.018 * n, "requests": 60} for n in range(1, 16)],
            "cold_items": {"requests": 600, "recall@10": 0.12, "interval": [0.1, 0.14], "popularity": 0.08,
                           "ratio": 1.5},
            "interest_mix": {"periods": 2, "users": 80, "logloss": {"interest-mix": 2.6, "network-mix": 2.58},
                             "difference": 0.02, "interval": [0.004, 0.036], "gate": True, "coverage80": 0.81},
            "training": {"epochs": [{"epoch": n, "loss": 6 - 0.1 * n, "ndcg@10": 0.05 + 0.002 * n,
                                     "examples_per_second": 9000} for n in (1, 2, 3)],
                         "best": 3, "device": "CPU", "cpu_seconds": 40},
            **changed,
        }  # fmt: skip

    return make


File = Path | tuple[Path, ImportOptions]
"""A file to import, as its name and content tell, or with options."""


class Stores:
    """Stores of files that were imported one after the other. Each is made once a session, and goes on from the store
    of all its files but the last. A test that writes works on a copy; one that changes how stores are made, or asks
    whether two of them come out alike, makes its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[object, ...], Settings] = {}
        self._digests: dict[Path, dict[str, str]] = {}

    def of(self, *files: File, published: bool = True) -> Settings:
        """The store of these files itself, to be looked at and left as it is."""
        steps = [file if isinstance(file, tuple) else (file, ImportOptions()) for file in files]
        key = (published, *((path.name, path.read_bytes(), repr(options)) for path, options in steps))
        if key not in self._made:
            before = self.of(*files[:-1], published=published) if len(files) > 1 else None
            settings = Settings(var=self._folder / str(len(self._made)), themes=False)
            if before:
                shutil.copytree(before.var, settings.var)
            for path, options in steps[-1:]:
                (import_file if published else ingest)(settings, path, options)
            self._made[key] = settings
        return self._made[key]

    def copy(self, to: Settings | Path, *files: File, published: bool = True) -> Settings:
        """Another store of these files, at `to`."""
        settings = Settings(var=to, themes=False) if isinstance(to, Path) else to
        shutil.copytree(self.of(*files, published=published).var, settings.var)
        return settings

    def digest(self, settings: Settings) -> dict[str, str]:
        """The digest of any store; taken once of those that are left as they are."""
        if settings.var.parent != self._folder:
            return store_digest(settings)
        if settings.var not in self._digests:
            self._digests[settings.var] = store_digest(settings)
        return self._digests[settings.var]


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Stores by the files they hold."""
    return Stores(tmp_path_factory.mktemp("stores"))


@pytest.fixture
def digest(stores: Stores) -> Callable[[Settings], dict[str, str]]:
    """A digest of every table's sorted rows: lake, identities, refused rows, active imports, all that is served."""
    return stores.digest


NUMBERED = ("person", "context", "subject", "line", "subject_line")
"""Tables that only give numbers to people, interests and the like; the numbers depend on the order of imports."""

PLACES = """
    left join person p on p.u = v.u join context c on c.x = v.x"""
VISITS = (
    "select v.day, p.user_no, v.v, l.id, c.country, c.platform, c.attributes, v.events from visit_{kind} v"
    + PLACES + " join line l on l.l = v.l"
)  # fmt: skip
BY_NAME = {
    **{f"visit_{kind}": VISITS.format(kind=kind) for kind in ("theme", "category", "whole")},
    "visit_item": "select v.day, p.user_no, s.item_id, s.query, c.country, c.platform, c.attributes from visit_item v"
    + PLACES + " join subject s on s.s = v.s",
    "sale_item": "select v.day, p.user_no, s.item_id, c.country, c.platform, c.attributes, v.purchases, v.revenue"
    " from sale_item v" + PLACES + " join subject s on s.s = v.s",
    "users": "select * exclude (u) from users",
    "shown_interest": 'select distinct "by", id from shown_interest where (l in (select theme from subject_line)'
    " or l in (select category from subject_line) or l in (select brand from subject_line))",
    "file_day": "select day, sum(events), sum(anonymous), sum(revenue) from file_day group by day",
    "item_file": "select item_id, item_code, item_name, category, brand, sum(lines), min(first_day), max(last_day)"
    " from item_file group by all",
    "query_file": "select query, sum(lines) from query_file group by query",
}  # fmt: skip
"""The same rows with what the numbers stand for."""


def store_digest(settings: Settings) -> dict[str, str]:
    found: dict[str, str] = {}
    with duckdb.connect() as connection:
        for role in ("events", "overlaps", "rejects", "identity", *COMPANIONS):
            files = [str(settings.var / f.path) for f in ledger.files(settings, role)]
            rows: list[Any] = []
            if files:
                rows = connection.execute(
                    "select * from read_parquet(?, union_by_name = true, hive_partitioning = false) order by all",
                    [files],
                ).fetchall()
            found[role] = _hash(rows)
    found["imports"] = _hash(sorted((r.import_id, r.file_hash) for r in ledger.imports(settings, active_only=True)))
    served = current_file(settings)
    if served:
        with duckdb.connect(str(served), read_only=True) as connection:
            tables = [r[0] for r in connection.execute("select table_name from duckdb_tables() order by 1").fetchall()]
            for table in tables:
                if table not in ("meta", "built", *NUMBERED):
                    source = f"({BY_NAME[table]})" if table in BY_NAME else table
                    found[table] = _hash(connection.execute(f"select * from {source} order by all").fetchall())
    return found


def _hash(rows: Any) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


@pytest.fixture
def events() -> Callable[[Settings], pl.DataFrame]:
    """The lake's rows, by time."""

    def read(settings: Settings) -> pl.DataFrame:
        files = [settings.var / f.path for f in ledger.files(settings, "events")]
        frames = [pl.read_parquet(path, hive_partitioning=False) for path in files]
        return pl.concat(frames).sort("event_time", "record") if frames else pl.DataFrame()

    return read


@pytest.fixture(scope="session")
def damage_inside() -> Callable[[Settings, str], Path]:
    """Damage the served file where it can still be opened but the given SQL comes to the damage."""
    found: dict[tuple[bytes, str], bytes] = {}

    def damage(settings: Settings, sql: str) -> Path:
        path = current_file(settings)
        assert path is not None
        whole = path.read_bytes()
        key = hashlib.sha256(whole).digest(), sql
        if key not in found:
            found[key] = _damaged(whole, path.with_name("trial.duckdb"), settings, sql)
        path.unlink()  # whoever has it open keeps the whole one
        path.write_bytes(found[key])
        return path

    return damage


def _damaged(whole: bytes, trial: Path, settings: Settings, sql: str) -> bytes:
    noise = random.Random(3).randbytes(64)
    for start in range(3 * 4096, len(whole), 1 << 18):
        bad = whole[: start + 512] + noise + whole[start + 512 + len(noise) :]
        trial.write_bytes(bad)
        try:
            Store(trial, settings).query(sql)
        except Damaged:
            if _opens(trial, settings):
                return bad
        finally:
            trial.unlink()
    raise AssertionError("no block of the file belongs to that question alone")


def _opens(path: Path, settings: Settings) -> bool:
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach '{path}' as trial (read_only)")
            return bool(connection.execute("select value from trial.meta").fetchall())
        except duckdb.Error:
            return False
