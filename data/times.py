"""How a log writes its times, and the SQL that reads them: text in, UTC without zone out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from data.errors import InputError

EARLIEST = datetime(1995, 1, 1)
"""Times before this are refused: no web shop is older, and a wrong epoch unit lands here."""

_SLASHED = re.compile(
    r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T]+\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?)?$", re.IGNORECASE
)
_ZONED = re.compile(r"(?:Z|\bUTC|\bGMT|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
_EPOCH = re.compile(r"^\d{9,17}(?:\.\d+)?$")
_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "")
_COMPACT = re.compile(r"^(19|20)\d{6}$")


@dataclass(frozen=True)
class TimeFormat:
    """How the times of one file are written."""

    kind: str
    """'iso', 'epoch', 'compact' (YYYYMMDD) or 'slashed' (a/b/yyyy)."""
    zoned: bool = False
    """Some values name their zone or offset; the others are local times of the shop."""
    separator: str = "/"
    year: str = "%Y"
    day_first: bool = False


def check_timezone(name: str) -> str:
    """The name itself. Raises InputError for a name that is not in the time zone database."""
    if name not in available_timezones():
        raise InputError(f"'{name}' is not a time zone. Give a name such as Europe/London, Asia/Shanghai or UTC.")
    ZoneInfo(name)
    return name


def detect_times(sample: Sequence[str], *, day_first: bool | None = None, column: str = "event_time") -> TimeFormat:
    """The way the times in `sample`, values of `column`, are written, by what most of them look like.

    Raises InputError where day and month cannot be told apart and `day_first` does not say.

    >>> detect_times(["2019-10-01 00:00:00 UTC"])
    TimeFormat(kind='iso', zoned=True, separator='/', year='%Y', day_first=False)
    >>> detect_times(["12/1/2010 8:26", "12/13/2010 9:00"]).day_first
    False
    """
    values = [value.strip() for value in sample if value and value.strip()]
    if not values:
        return TimeFormat("iso")
    slashed = [match for value in values if (match := _SLASHED.match(value))]
    if len(slashed) * 2 > len(values):
        return _slashed(slashed, day_first, column)
    if sum(bool(_COMPACT.match(value)) for value in values) * 2 > len(values):
        return TimeFormat("compact")
    if sum(bool(_EPOCH.match(value)) for value in values) * 2 > len(values):
        return TimeFormat("epoch")
    return TimeFormat("iso", zoned=any(_ZONED.search(value) for value in values))


def _slashed(matches: list[re.Match[str]], day_first: bool | None, column: str) -> TimeFormat:
    first = max(int(match[1]) for match in matches)
    second = max(int(match[3]) for match in matches)
    separator = matches[0][2]
    year = "%Y" if len(matches[0][4]) == 4 else "%y"
    if first > 12 and second > 12:
        raise InputError(
            f"Column {column} mixes day-first and month-first dates (it holds {first} in the first and {second} in"
            " the second place). Write them as YYYY-MM-DD and import again."
        )
    if first > 12:
        return TimeFormat("slashed", separator=separator, year=year, day_first=True)
    if second > 12:
        return TimeFormat("slashed", separator=separator, year=year, day_first=False)
    if day_first is None:
        raise InputError(
            f"Column {column} could be day-first or month-first: '{matches[0][0]}' and all the others fit both."
            " Say which with --day-first or --month-first."
        )
    return TimeFormat("slashed", separator=separator, year=year, day_first=day_first)


def utc_sql(column: str, how: TimeFormat, timezone: str) -> str:
    """SQL for the UTC time in text column `column`, NULL where it cannot be read. `timezone` was checked before."""
    if how.kind == "epoch":
        number = f"try_cast({column} as double)"
        return (
            f"case when {number} >= 1e14 then make_timestamp(try_cast({number} as bigint))"
            f" when {number} >= 1e11 then make_timestamp(try_cast({number} * 1e3 as bigint))"
            f" else make_timestamp(try_cast({number} * 1e6 as bigint)) end"
        )
    if how.kind == "compact":
        return _to_utc(f"try_strptime(trim({column}), '%Y%m%d')", timezone)
    if how.kind == "slashed":
        day, month = "%d", "%m"
        date = how.separator.join((day, month, how.year) if how.day_first else (month, day, how.year))
        patterns = ", ".join(f"'{date}{tail}'" for tail in _CLOCKS)
        return _to_utc(f"try_strptime(trim({column}), [{patterns}])", timezone)
    local = _to_utc(f"try_cast({column} as timestamp)", timezone)
    if not how.zoned:
        return local
    named = f"regexp_replace({column}, '\\s*(UTC|GMT)$', '+00:00', 'i')"
    offset = f"regexp_replace({named}, '\\s*([+-]\\d\\d):?(\\d\\d)$', '\\1:\\2')"
    stamped = f"timezone('UTC', try_cast({offset} as timestamptz))"
    return f"case when regexp_matches({column}, '(Z|UTC|GMT|[+-]\\d\\d:?\\d\\d)$', 'i') then {stamped} else {local} end"


def local_sql(column: str, timezone: str) -> str:
    """SQL for the shop's local time of a UTC column."""
    return column if timezone == "UTC" else f"timezone('{timezone}', timezone('UTC', {column}))"


def latest() -> datetime:
    """Times after this are refused: tomorrow, to be lenient about zones."""
    return datetime.now() + timedelta(days=1)


def _to_utc(sql: str, timezone: str) -> str:
    return sql if timezone == "UTC" else f"timezone('UTC', timezone('{timezone}', {sql}))"
