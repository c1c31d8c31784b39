"""Import per GB of CSV, clean and with one broken row in a hundred, against bare loads of the same file.

Ours reads, judges, writes lake and ledger; the rivals read the file and write it as zstd Parquet, nothing else.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import polars as pl

from benchmarks.logs import broken, quiet_duckdb
from benchmarks.measuring import Cost, Run
from benchmarks.table import Line
from data.ingest import ImportOptions, ingest
from data.settings import Settings
from data.sql import literal

CPU_PER_GB, TIMES_DUCKDB = 40.0, 2.2
PEAK_MB = ((10_000_000, 1_500.0), (100_000_000, 2_500.0))
"""Rows up to which a peak of memory holds."""
LEAST_GB = 0.05
"""Below, what a process costs once is most of it, and the budgets per GB say nothing."""
PANDAS_UP_TO = 2e9
"""Bytes of CSV beyond which pandas, which holds the whole file as text, does not fit."""
THREADS = 2
TYPES = {"event_time": "TIMESTAMP", "price": "DECIMAL(18, 4)", "quantity": "DECIMAL(18, 4)", "user_id": "VARCHAR",
         "item_id": "VARCHAR"}  # fmt: skip


def ours(file: Path, var: Path) -> dict[str, int]:
    """Import the file into an empty store, without rollups; the receipt's rows."""
    receipt = ingest(Settings(var=var, themes=False), file, ImportOptions(timezone="UTC"))
    return dict(receipt["rows"])


def duckdb_typed(file: Path, target: Path, faults: bool) -> None:
    """DuckDB with types, all threads, refused rows set aside where there are any."""
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in TYPES.items())
    _duckdb(f"types = {{{types}}}" + (", store_rejects = true, rejects_limit = 0" if faults else ""), file, target)


def duckdb_text(file: Path, target: Path, faults: bool) -> None:
    """DuckDB with every column as text, all threads."""
    _duckdb("all_varchar = true" + (", store_rejects = true, rejects_limit = 0" if faults else ""), file, target)


def _duckdb(options: str, file: Path, target: Path) -> None:
    with quiet_duckdb(threads=THREADS) as connection:
        connection.execute(
            f"copy (select * from read_csv({literal(file)}, header = true, {options})) to {literal(target)}"
            " (format parquet, compression zstd)"
        ).fetchall()


def polars_text(file: Path, target: Path, faults: bool) -> None:
    """polars, streaming, every column as text."""
    found = pl.scan_csv(file, infer_schema=False, ignore_errors=faults, truncate_ragged_lines=faults)
    found.sink_parquet(target, compression="zstd")


def pandas_text(file: Path, target: Path, faults: bool) -> None:
    """pandas, every column as text."""
    pd.read_csv(file, dtype=str, on_bad_lines="skip" if faults else "error").to_parquet(target, compression="zstd")


RIVALS: dict[str, Callable[[Path, Path, bool], None]] = {
    "DuckDB, typed": duckdb_typed, "DuckDB, text": duckdb_text, "polars": polars_text, "pandas": pandas_text,
}  # fmt: skip


def measure(file: Path, folder: Path, run: Run, *, var: Path) -> Iterator[Line]:
    """Every line about importing `file`; the clean import stays in the store `var`."""
    yield from _compared("clean", file, folder, run, var, 0)
    bad = folder / "broken.csv"
    count = broken(file, bad)
    yield from _compared("1 % broken", bad, folder, run, folder / "var-broken", count)
    bad.unlink()


def _compared(label: str, file: Path, folder: Path, run: Run, var: Path, refused: int) -> Iterator[Line]:
    gb = file.stat().st_size / 1e9
    own = run(ours, file, var)
    rows = own.result
    right = rows["rejected"] == refused and rows["read"] == rows["kept"] + rows["duplicate"] + rows["rejected"]
    rivals = dict(_rivals(file, folder, run, refused > 0))
    bare = rivals["DuckDB, typed"].cpu_s
    bars = (CPU_PER_GB, TIMES_DUCKDB) if gb >= LEAST_GB else (None, None)
    said = f"{rows['read']:,} rows, {gb:.3g} GB, {own.wall_s:.0f} s by the clock" + ("" if right else f"; {rows}")
    yield Line(
        "import", f"import, {label}", own.cpu_s / gb, "CPU s/GB", bars[0], "DuckDB, typed", own.cpu_s / bare, bars[1],
        said, failed=not right,
    )  # fmt: skip
    peak_bar = next((mb for upto, mb in PEAK_MB if rows["read"] <= upto * 1.01), None)
    yield Line("import", f"import, {label}, peak memory", own.peak_mb, "MB", peak_bar)
    for name, cost in rivals.items():
        yield Line("import", f"{name}, {label}", cost.cpu_s / gb, "CPU s/GB", ratio=own.cpu_s / cost.cpu_s,
                   rival="ours / theirs", note=f"peak {cost.peak_mb:,.0f} MB")  # fmt: skip


def _rivals(file: Path, folder: Path, run: Run, faults: bool) -> Iterator[tuple[str, Cost]]:
    target = folder / "rival.parquet"
    for name, load in RIVALS.items():
        if name != "pandas" or file.stat().st_size <= PANDAS_UP_TO:
            yield name, run(load, file, target, faults)
            target.unlink()
