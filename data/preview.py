"""What a file would be read as, before it is imported: format, columns, examples, and what only a person can say."""

import csv
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow.parquet

from data.errors import InputError
from data.formats import recognise
from data.reading import FileFacts, inspect_file, open_bytes
from data.schema import EVENT_TYPES, REQUIRED, guess_mapping
from data.settings import Settings
from data.times import detect_times

EXAMPLES = 3
LOOK_AT = 10_000


@dataclass(frozen=True)
class Preview:
    """A look at the first rows of a file."""

    path: Path
    format: str
    title: str
    columns: tuple[str, ...]
    mapping: dict[str, str]
    """Canonical column -> column of the file, as far as it could be told."""
    examples: dict[str, tuple[str, ...]]
    """Column of the file -> its first different values."""
    missing: tuple[str, ...]
    """Required canonical columns that nothing was found for."""
    unknown_types: tuple[str, ...]
    """Event types of the first rows that Tideline does not know, most frequent first."""
    times: str
    """How the times are written: iso, epoch, compact or slashed."""
    day_first: bool | None
    """For slashed times: which number is the day; None where the first rows do not tell."""
    warnings: tuple[str, ...]


def preview(settings: Settings, path: Path, chosen: Mapping[str, str] | None = None) -> Preview:
    """A look at a file without importing it; `chosen` is what a person already mapped, canonical -> column.

    Raises InputError for a file that cannot be read at all.
    """
    work = settings.tmp / f"preview-{path.stat().st_mtime_ns}" if path.exists() else settings.tmp / "preview"
    try:
        facts = inspect_file(path, work)
        rows = _first_rows(facts)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    known = recognise(facts.columns)
    by_case = {column.casefold(): column for column in facts.columns}
    mapping = {name: by_case.get(column.casefold(), column) for name, column in known.mapping.items()}
    mapping = mapping or guess_mapping(facts.columns)
    mapping |= {name: column for name, column in (chosen or {}).items() if column in facts.columns}
    values = {column: [row[i] for row in rows if i < len(row)] for i, column in enumerate(facts.columns)}
    given = set(mapping) | ({"event_type"} if known.event_type else set())
    times, day_first = _times(values.get(mapping.get("event_time", ""), []), known.day_first)
    return Preview(
        path=path,
        format=known.name,
        title=known.title,
        columns=tuple(facts.columns),
        mapping=mapping,
        examples={
            column: tuple(islice(dict.fromkeys(v for v in seen if v), EXAMPLES)) for column, seen in values.items()
        },
        missing=tuple(name for name in REQUIRED if name not in given),
        unknown_types=_unknown(values.get(mapping.get("event_type", ""), []), known.values),
        times=times,
        day_first=day_first,
        warnings=tuple(facts.warnings),
    )


def _first_rows(facts: FileFacts) -> list[list[str]]:
    """The first rows as text."""
    if facts.kind == "parquet":
        batch = next(pyarrow.parquet.ParquetFile(facts.path).iter_batches(LOOK_AT), None)
        columns = (
            [["" if v is None else str(v) for v in column.to_pylist()] for column in batch.columns] if batch else []
        )
        return [list(row) for row in zip(*columns, strict=True)]
    with (
        open_bytes(facts.readable, facts.compressed and facts.text_path is None) as raw,
        io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="") as text,
    ):
        reader = csv.reader(text, delimiter=facts.delimiter)
        next(reader, None)
        return list(islice((row for row in reader if row), LOOK_AT))


def _times(values: list[str], day_first: bool | None) -> tuple[str, bool | None]:
    try:
        how = detect_times(values, day_first=day_first)
    except InputError:
        return "slashed", None
    return how.kind, how.day_first if how.kind == "slashed" else None


def _unknown(values: list[str], renamed: dict[str, str]) -> tuple[str, ...]:
    known = {*EVENT_TYPES, *renamed}
    seen: dict[str, int] = {}
    for value in values:
        if value and value.strip() and value.strip().casefold() not in known and value.strip() not in known:
            seen[value.strip()] = seen.get(value.strip(), 0) + 1
    return tuple(sorted(seen, key=lambda value: (-seen[value], value)))
