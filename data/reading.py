"""What a file is before anyone reads its rows: bytes, encoding, delimiter, header, number of lines."""

import codecs
import csv
import gzip
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyarrow.parquet

from data.errors import InputError
from data.masking import column_names

CHUNK = 1 << 22
LOOK_AT = 10_000
"""Records looked at before a file is read whole."""
_HIGH_BYTES = bytes(range(0x80, 0x100))
_PAIRS = re.compile(rb"[\x81-\xfe][\xa1-\xfe]")
csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class FileFacts:
    """A file as found on disk."""

    path: Path
    kind: str
    """'csv' or 'parquet'."""
    sha256: str
    size: int
    columns: list[str]
    compressed: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    lines: int = 0
    """Physical lines, the header's included."""
    text_path: Path | None = None
    """Where the same file lies as UTF-8, when it had to be written anew."""
    warnings: list[str] = field(default_factory=list)

    @property
    def readable(self) -> Path:
        """The file to hand to the CSV reader."""
        return self.text_path or self.path


def inspect_file(path: Path, work: Path) -> FileFacts:
    """The facts about a file; `work` is where a copy in UTF-8 goes if the file is in another encoding.

    Raises InputError for a file that is missing, empty, of another kind, or has no usable header.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}. Check the name.")
    with path.open("rb") as handle:
        magic = handle.read(4)
    if not magic:
        raise InputError(f"{path.name} is empty: it has 0 bytes. Export it again.")
    if magic == b"PAR1":
        return _inspect_parquet(path)
    if magic[:2] == b"PK" or magic == b"\xd0\xcf\x11\xe0":
        raise InputError(
            f"{path.name} is a spreadsheet or a zip archive, not a log. Save it as CSV (UTF-8), .csv.gz or Parquet."
        )
    return _inspect_csv(path, work, compressed=magic[:2] == b"\x1f\x8b")


def _inspect_parquet(path: Path) -> FileFacts:
    try:
        columns = pyarrow.parquet.read_schema(path).names
    except Exception as error:
        raise InputError(f"{path.name} starts like Parquet but cannot be read: {error}. Export it again.") from error
    return FileFacts(path, "parquet", _sha256(path), path.stat().st_size, columns)


def _inspect_csv(path: Path, work: Path, *, compressed: bool) -> FileFacts:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            digest.update(chunk)
    lines, encoding = _scan(path, compressed)
    warnings, text_path = [], None
    if encoding != "utf-8":
        work.mkdir(parents=True, exist_ok=True)
        text_path = work / "utf8.csv"
        lines = _transcode(path, text_path, encoding, compressed)
        compressed = False
        warnings.append(f"The file is not UTF-8; it was read as {encoding}.")
    with open_bytes(text_path or path, compressed) as handle:
        header, delimiter = _header(path.name, handle)
    return FileFacts(
        path, "csv", digest.hexdigest(), path.stat().st_size, header, compressed, encoding, delimiter, lines, text_path,
        warnings,
    )  # fmt: skip


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def open_bytes(path: Path, compressed: bool) -> BinaryIO:
    """The file's bytes, decompressed."""
    return gzip.open(path, "rb") if compressed else path.open("rb")  # type: ignore[return-value]


def _chunks(path: Path, compressed: bool) -> Iterator[bytes]:
    try:
        with open_bytes(path, compressed) as handle:
            while chunk := handle.read(CHUNK):
                yield chunk
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path.name} cannot be read to its end: {error}. Copy or export it again.") from error


def _scan(path: Path, compressed: bool) -> tuple[int, str]:
    """Number of physical lines, and the encoding."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, last, encoding, first = 0, b"", "utf-8", b""
    for chunk in _chunks(path, compressed):
        first = first or chunk
        lines += chunk.count(b"\n")
        last = chunk
        if encoding == "utf-8":
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                encoding = "other"
    if not first:
        raise InputError(f"{path.name} is empty once decompressed. Export it again.")
    lines += not last.endswith(b"\n")
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return lines, "utf-16"
    if encoding == "other":
        return lines, _guess_encoding(path, compressed)
    if lines == 1 and b"\r" in first:
        return lines, "utf-8-sig"  # old line ends: written anew with new ones
    return lines, encoding


def _guess_encoding(path: Path, compressed: bool) -> str:
    """GB18030 where the whole file decodes as it and its letters come in pairs of high bytes, else Windows-1252.

    In Western text an accented letter stands alone between plain ones; in Chinese text high bytes come two by two.
    """
    decoder = codecs.getincrementaldecoder("gb18030")()
    high = paired = 0
    try:
        for chunk in _chunks(path, compressed):
            decoder.decode(chunk)
            high += len(chunk) - len(chunk.translate(None, _HIGH_BYTES))
            paired += 2 * len(_PAIRS.findall(chunk))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "gb18030" if paired > 0.8 * high else "cp1252"


def _transcode(path: Path, target: Path, encoding: str, compressed: bool) -> int:
    lines, last = 0, ""
    with (
        open_bytes(path, compressed) as raw,
        io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline=None) as source,
        target.open("w", encoding="utf-8", newline="\n") as out,
    ):
        while chunk := source.read(CHUNK):
            lines += chunk.count("\n")
            last = chunk
            out.write(chunk)
    return lines + (not last.endswith("\n"))


def _header(name: str, handle: BinaryIO) -> tuple[list[str], str]:
    text = io.TextIOWrapper(handle, encoding="utf-8-sig", errors="replace", newline="")
    head = [line for _, line in zip(range(LOOK_AT), text, strict=False)]
    delimiter = max(",;\t|", key=lambda d: head[0].count(d))
    rows = csv.reader(head, delimiter=delimiter)
    header = [column.strip() for column in next(rows, [])]
    if len(header) < 2:
        raise InputError(
            f"{name} has a single column ('{column_names(header)[:60]}'). Tideline reads comma, semicolon, tab and bar "
            "separated files with a header line."
        )
    odd = [number for number, row in enumerate(rows, 1) if row and len(row) != len(header)]
    seen = len(head) - 1
    if seen and len(odd) * 2 > seen:
        raise InputError(
            f"{name}: {len(odd):,} of the first {seen:,} rows do not have the {len(header)} columns of the header "
            f"(the first is row {odd[0]:,}). Check the separator and the quotes."
        )
    if len({c.casefold() for c in header}) < len(header) or not all(header):
        twice = next((c for c in header if not c or sum(c.casefold() == d.casefold() for d in header) > 1), "")
        raise InputError(
            f"{name}: the header names a column twice or not at all ('{column_names([twice])}'). Name each column once."
        )
    return header, delimiter


def count_rows(facts: FileFacts) -> int:
    """Rows of a CSV file after its header, blank lines left out, by Python's own reader: slow, and exact."""
    with (
        open_bytes(facts.readable, facts.compressed and facts.text_path is None) as raw,
        io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="") as text,
    ):
        return sum(1 for row in csv.reader(text, delimiter=facts.delimiter) if row) - 1


def lines_at(facts: FileFacts, positions: list[int]) -> list[int]:
    """The physical line in which each byte position (from 1, ascending) lies."""
    found: list[int] = []
    line, offset, wanted = 1, 0, iter(positions)
    target = next(wanted, None)
    for chunk in _chunks(facts.readable, facts.compressed and facts.text_path is None):
        start = 0
        while target is not None and target - 1 < offset + len(chunk):
            end = target - 1 - offset
            line += chunk.count(b"\n", start, end)
            start = end
            found.append(line)
            target = next(wanted, None)
        if target is None:
            break
        line += chunk.count(b"\n", start)
        offset += len(chunk)
    return found
