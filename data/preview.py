"""What a file would be read as, before it is imported: format, columns, examples, and what only a person can say."""

import csv
import io
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow.parquet

from data.companions.recognise import suggest_kind
from data.companions.schema import COMPANIONS, columns_of, is_private
from data.companions.values import ARMS
from data.errors import InputError
from data.formats import CANONICAL, recognise
from data.ledger import scratch
from data.masking import looks_like_contact, masked, refuse_values_as_header
from data.reading import FileFacts, inspect_file, open_bytes
from data.schema import EVENT_TYPES, guess_mapping
from data.settings import Settings
from data.times import detect_times

EXAMPLES = 3
LOOK_AT = 10_000
TIMES = ("event_time", "sent_at", "start", "end", "out_from", "out_to")
CONTACT = ("email", "phone", "first_name", "last_name")


@dataclass(frozen=True)
class Preview:
    """A look at the first rows of a file."""

    path: Path
    kind: str
    """What it is looked at as, one of data.schema.KINDS."""
    suggested: str
    """What its header looks like most."""
    format: str
    title: str
    columns: tuple[str, ...]
    mapping: dict[str, str]
    """Canonical column -> column of the file, as far as it could be told."""
    examples: dict[str, tuple[str, ...]]
    """Column of the file -> its first different values; none of contact data."""
    missing: tuple[str, ...]
    """Required canonical columns that nothing was found for."""
    unknown_types: tuple[str, ...]
    """Event types (in a file of campaigns: arms) of the first rows that Tideline does not know, frequent ones first."""
    times: str
    """How the times are written: iso, epoch, compact or slashed."""
    day_first: bool | None
    """For slashed times: which number is the day; None where the first rows do not tell."""
    warnings: tuple[str, ...]


def preview(
    settings: Settings, path: Path, chosen: Mapping[str, str] | None = None, kind: str | None = None
) -> Preview:
    """A look at a file without importing it; `chosen` is what a person already mapped, canonical -> column.

    Without a `kind` it is looked at as what its header suggests. Raises InputError for a file that cannot be read.
    """
    work = scratch(settings, f"preview-{path.stat().st_mtime_ns if path.exists() else 0}-{threading.get_ident()}")
    try:
        facts = inspect_file(path, work)
        rows = _first_rows(facts)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    refuse_values_as_header(path.name, facts.columns)
    suggested = suggest_kind(facts.columns)
    kind = kind or suggested
    known = recognise(facts.columns) if kind == "events" else CANONICAL
    by_case = {column.casefold(): column for column in facts.columns}
    mapping = {name: by_case.get(column.casefold(), column) for name, column in known.mapping.items()}
    mapping = mapping or guess_mapping(facts.columns, columns_of(kind))
    mapping |= {name: column for name, column in (chosen or {}).items() if column in facts.columns}
    values = {column: [row[i] for row in rows if i < len(row)] for i, column in enumerate(facts.columns)}
    given = set(mapping) | ({"event_type"} if known.event_type else set())
    times, day_first = _times([values.get(mapping.get(name, ""), []) for name in TIMES], known.day_first)
    asked, ours = ("arm", {word for words in ARMS.values() for word in words}) if kind == "campaigns" else (
        "event_type", {*EVENT_TYPES, *known.values})  # fmt: skip
    return Preview(
        path=path,
        kind=kind,
        suggested=suggested,
        format=known.name,
        title=known.title,
        columns=tuple(facts.columns),
        mapping=mapping,
        examples=_examples(values, kind),
        missing=tuple(each.name for each in columns_of(kind) if each.required and each.name not in given),
        unknown_types=_unknown(values.get(mapping.get(asked, ""), []), ours),
        times=times,
        day_first=day_first,
        warnings=tuple(facts.warnings),
    )


def _examples(values: dict[str, list[str]], kind: str) -> dict[str, tuple[str, ...]]:
    """The first different values of each column, but none of a column of contact data, nor anything like an address."""
    if is_private(kind):
        return dict.fromkeys(values, ())
    hidden = guess_mapping(list(values), [f for f in COMPANIONS["customers"].fields if f.name in CONTACT]).values()
    return {
        column: ()
        if column in hidden
        else tuple(masked(v) for v in islice(dict.fromkeys(filter(None, seen)), EXAMPLES))
        for column, seen in values.items()
    }


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


def _times(columns: list[list[str]], day_first: bool | None) -> tuple[str, bool | None]:
    """How the times of several columns are written: as the first that leaves a question open, else as the first."""
    found: list[tuple[str, bool | None]] = []
    for values in filter(None, columns):
        try:
            how = detect_times(values, day_first=day_first)
        except InputError:
            return "slashed", None
        found.append((how.kind, how.day_first if how.kind == "slashed" else None))
    return found[0] if found else ("iso", None)


def _unknown(values: list[str], known: set[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    for value in values:
        plain = value.strip() if value else ""
        if plain and plain.casefold() not in known and plain not in known and not looks_like_contact(plain):
            seen[plain] = seen.get(plain, 0) + 1
    return tuple(sorted(seen, key=lambda value: (-seen[value], value)))
