"""How the text of a companion's column is read: SQL for its value, and what makes a row be refused.

In every statement `{t}` stands for the trimmed text, NULL where empty, `{v}` for the value read from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.sql import literal
from data.times import EARLIEST, TimeFormat, latest, utc_sql

FLAGS = {
    "yes": ("yes", "y", "true", "t", "1", "granted", "opted_in", "opted in", "subscribed", "是"),
    "no": ("no", "n", "false", "f", "0", "denied", "opted_out", "opted out", "unsubscribed", "not_subscribed",
           "not subscribed", "否"),
    "unknown": ("unknown", "unspecified", "null", "none", "n/a"),
}  # fmt: skip
"""Yes and no as others write them. Unknown is the same as an empty field: nobody asked, so it is never a consent."""
ARMS = {
    "treated": ("treated", "treatment", "test", "sent", "mailed", "exposed"),
    "holdout": ("holdout", "hold-out", "hold_out", "hold out", "control", "untreated", "not_sent"),
}
EMAIL = r"""^[^@\s,;:<>()"]+@[^@\s.,;:<>()"]+([.][^@\s.,;:<>()"]+)+$"""
TEN_YEARS = timedelta(days=3653)


@dataclass(frozen=True)
class Reading:
    """What the value of one column depends on beside its text."""

    times: TimeFormat
    timezone: str
    said: Mapping[str, str]
    """Their value -> ours, as `--value` said."""


@dataclass(frozen=True)
class Reader:
    """How one sort of value is read."""

    type: str
    value: Callable[[Reading], str]
    """SQL for the value, NULL where it cannot be read."""
    checks: tuple[tuple[str, str, str], ...] = ()
    """What is refused, in order: (end of the reason's name, meaning, SQL). `{name}` stands for the column."""
    typed: str = "{v}"
    """SQL of what is kept."""
    words: tuple[str, ...] = ()
    """For a column of a few words: ours, which `--value` can name."""


def _unreadable(what: str) -> tuple[str, str, str]:
    return "unreadable", f"{{name}} is not {what}", "{t} is not null and {v} is null"


def _words(many: Mapping[str, tuple[str, ...]]) -> Callable[[Reading], str]:
    def value(reading: Reading) -> str:
        known = {theirs: ours for ours, words in many.items() for theirs in words}
        known |= {theirs.lower(): ours for theirs, ours in reading.said.items()}
        whens = " ".join(f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in known.items())
        return f"case lower({{t}}) {whens} end"

    return value


def _time(reading: Reading) -> str:
    return utc_sql("{t}", reading.times, reading.timezone)


def _end(reading: Reading) -> str:
    """An end that names a day and no time of day is the end of that day: the midnight after it."""
    if reading.times.kind == "epoch":
        return _time(reading)
    day = utc_sql("{t}", replace(reading.times, zoned=False), "UTC")
    midnight = utc_sql(f"cast({day} + interval 1 day as varchar)", TimeFormat("iso"), reading.timezone)
    return f"case when contains({{t}}, ':') then {_time(reading)} else {midnight} end"


def _moment(bound: datetime, said: str) -> tuple[tuple[str, str, str], ...]:
    low, high = literal(EARLIEST.isoformat(" ")), literal(bound.isoformat(" ", "seconds"))
    out = f"{{v}} < timestamp {low} or {{v}} > timestamp {high}"
    return _unreadable("a date or time that can be read"), ("out_of_range", f"{{name}} is before 1995 or {said}", out)


# Below 1 a discount is a fraction, above 1 a percentage; a bare 1 could be either.
_NUMBER = "try_cast(trim(rtrim({t}, '%')) as decimal(18, 6))"
_PERCENT = "ends_with({t}, '%')"
_DISCOUNT = f"cast(case when {_PERCENT} or {_NUMBER} > 1 then {_NUMBER} / 100 else {_NUMBER} end as decimal(18, 6))"

# What is left of a number without the marks that people write; a spreadsheet's apostrophe in front is one of them, and
# (0) is not dialled from abroad.
_DIGITS = r"regexp_replace(replace({t}, '(0)', ''), '[\s().''/\x{00A0}-]', '', 'g')"
_PHONE = f"case when regexp_matches({_DIGITS}, '^([+]|00)?[0-9]{{7,15}}$') then trim(ltrim({{t}}, '''')) end"
PHONE_E164 = (
    f"case when regexp_matches({_DIGITS}, '^([+]|00)[1-9][0-9]{{6,14}}$')"
    f" then concat('+', regexp_replace({_DIGITS}, '^([+]|00)', '')) end"
)
"""The number as E.164, NULL where it has no country code."""


def readers() -> dict[str, Reader]:
    """Every way of reading a column, by the name that data.companions.schema gives it; made anew, for time goes on."""
    text = Reader("varchar", lambda reading: "{t}")
    number = _unreadable("a number")
    decimal = "try_cast({t} as decimal(18, 4))"
    email = f"case when length({{t}}) <= 254 and regexp_matches({{t}}, {literal(EMAIL)}) then {{t}} end"
    said = "treated or holdout; say what it means with --value {name}:THEIRS=OURS"
    percent = (
        _unreadable("a number or a percentage"),
        ("ambiguous", "{name} is 1, which could be 1 % or all; write 1% or 100%", f"{_NUMBER} = 1 and not {_PERCENT}"),
        ("out_of_range", "{name} is below 0 or above 100 %", "{v} not between 0 and 1"),
    )
    far = datetime.now() + TEN_YEARS
    return {
        "text": text,
        "user": text,
        "item": Reader("varchar", lambda reading: "upper({t})"),
        "money": Reader("decimal(18, 4)", lambda reading: decimal, (number,)),
        "price": Reader(
            "decimal(18, 4)", lambda reading: decimal, (number, ("negative", "{name} is below zero", "{v} < 0"))
        ),
        "flag": Reader(
            "boolean", _words(FLAGS), (_unreadable("yes or no"),),
            "case {v} when 'yes' then true when 'no' then false end", tuple(FLAGS),
        ),
        "arm": Reader("varchar", _words(ARMS), (_unreadable(said),), words=tuple(ARMS)),
        "email": Reader("varchar", lambda reading: email, (_unreadable("the shape of an e-mail address"),)),
        "phone": Reader("varchar", lambda reading: _PHONE, (_unreadable("a phone number of 7 to 15 digits"),)),
        "past": Reader("timestamp", _time, _moment(latest(), "after tomorrow")),
        "date": Reader("timestamp", _time, _moment(far, "more than ten years ahead")),
        "end": Reader("timestamp", _end, _moment(far, "more than ten years ahead")),
        "discount": Reader("decimal(9, 6)", lambda reading: _DISCOUNT, percent),
    }  # fmt: skip
