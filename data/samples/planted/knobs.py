"""What may be chosen about a planted shop, checked once."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data.errors import InputError

FACTS = (
    "movers", "season_year", "season_week", "burst", "fade", "level_shift", "traffic", "catalogue", "mix", "behaviour",
    "pairs", "price", "promo_random", "promo_observed", "stockout", "transition",
)  # fmt: skip
"""What can be planted, in the order in which it is told."""

LAST_DAY = date(2025, 12, 28)
"""Every planted log ends on this Sunday, so that its last week is whole."""
MIN_ROWS, MAX_ROWS = 5_000, 2_000_000_000
MIN_USERS = 50
MIN_DAYS, MAX_DAYS = 60, 3_650


@dataclass(frozen=True)
class Knobs:
    """A planted shop as it is asked for. Make it with make_knobs, which checks it."""

    seed: int
    rows: int
    users: int
    days: int
    facts: tuple[str, ...]
    chinese: bool = False

    @property
    def first_day(self) -> date:
        """The day on which the log begins."""
        return LAST_DAY - timedelta(days=self.days - 1)

    def date(self, day: int) -> str:
        """The ISO date of a day of the log, counted from 0."""
        return (self.first_day + timedelta(days=day)).isoformat()


def make_knobs(
    *,
    seed: int = 1,
    rows: int = 500_000,
    users: int | None = None,
    days: int = 730,
    only: Sequence[str] | None = None,
    none: bool = False,
    chinese: bool = False,
) -> Knobs:
    """The knobs, checked. Raises InputError with what is wrong, what was found and what to do."""
    if none and only:
        raise InputError("--only and --none exclude each other: the first names facts, the second plants none.")
    unknown = [fact for fact in only or () if fact not in FACTS]
    if unknown:
        raise InputError(f"There is no fact '{unknown[0]}'. Facts: {', '.join(FACTS)}.")
    if not 0 <= seed < 2**31:
        raise InputError(f"--seed {seed}: take a number from 0 to 2147483647.")
    if not MIN_ROWS <= rows <= MAX_ROWS:
        raise InputError(f"--rows {rows:,}: a planted shop has from {MIN_ROWS:,} to {MAX_ROWS:,} rows.")
    users = max(rows // 100, MIN_USERS) if users is None else users
    if users < MIN_USERS:
        raise InputError(f"--users {users:,}: a planted shop has at least {MIN_USERS} users.")
    if users > rows:
        raise InputError(f"--users {users:,} is more than --rows {rows:,}: ask for fewer users or more rows.")
    if not MIN_DAYS <= days <= MAX_DAYS:
        raise InputError(f"--days {days:,}: a planted shop lasts from {MIN_DAYS} to {MAX_DAYS:,} days.")
    chosen = () if none else tuple(fact for fact in FACTS if not only or fact in only)
    return Knobs(seed, rows, users, days, chosen, chinese)


def planted_knobs(options: Namespace) -> Knobs | None:
    """The knobs given on the command line; None for another sample. Raises InputError for knobs that make no sense."""
    named = ("seed", "rows", "users", "days", "only", "none", "chinese", "out", "format")
    given = {name: getattr(options, name) for name in named if getattr(options, name) not in (None, False)}
    if options.name != "planted":
        if given:
            raise InputError(f"--{next(iter(given))} belongs to the sample 'planted', not to '{options.name}'.")
        return None
    if given.pop("format", None) and "out" not in given:
        raise InputError("--format says how --out writes the events. Add --out DIR, or leave it out.")
    given.pop("out", None)
    if "only" in given:
        given["only"] = [fact.strip() for fact in given["only"].split(",") if fact.strip()]
        if not given["only"]:
            raise InputError(f"--only names no fact. Facts: {', '.join(FACTS)}.")
    return make_knobs(**given)
