"""Numbers, days and sizes as people read them."""

from datetime import date, datetime, timedelta


def number(value: float | None) -> str:
    """Three significant digits, with K, M or B; small counts in full.

    >>> number(1_003_036), number(12_340), number(950), number(0.1234), number(None)
    ('1.00 M', '12.3 K', '950', '0.123', '–')
    """
    if value is None:
        return "–"
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= max(size, 1e4):
            return f"{value / size:#.3g}".rstrip(".") + f" {unit}"
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:.3g}"


def percent(share: float | None, digits: int = 1) -> str:
    """A fraction as a percentage.

    >>> percent(0.1234), percent(None)
    ('12.3 %', '–')
    """
    return "–" if share is None else f"{share * 100:.{digits}f} %"


def whole(value: int | None) -> str:
    """A count in full.

    >>> whole(1067371)
    '1,067,371'
    """
    return "–" if value is None else f"{value:,}"


def day(value: date | datetime | None) -> str:
    """A day as in "9 Dec 2011"."""
    return "–" if value is None else f"{value.day} {value:%b %Y}"


def days(start: date | datetime | None, end: date | datetime | None) -> str:
    """A range of days."""
    return f"{day(start)} to {day(end)}"


def size(count: int) -> str:
    """Bytes of a file.

    >>> size(5_400_000)
    '5.4 MB'
    """
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} KB"


def elapsed(seconds: float) -> str:
    """A duration.

    >>> elapsed(75), elapsed(9)
    ('1 min 15 s', '9 s')
    """
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def age(last: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits.

    >>> age(datetime(2026, 1, 1), datetime(2026, 1, 4))
    '3 days ago'
    """
    gap = now - last
    if gap < timedelta(hours=48):
        return f"{max(int(gap.total_seconds() // 3600), 0)} hours ago"
    return f"{gap.days} days ago" if gap.days < 730 else f"{gap.days // 365} years ago"


def things(count: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun.

    >>> things(1, "list"), things(2, "list")
    ('1 list', '2 lists')
    """
    return f"{whole(count)} {singular if count == 1 else plural or singular + 's'}"


def signed_percent(change: float, digits: int = 1) -> str:
    """A relative change with its sign.

    >>> signed_percent(0.041), signed_percent(-0.5)
    ('+4.1 %', '-50.0 %')
    """
    return f"{change * 100:+.{digits}f} %"


def period(start: date, grain: str) -> str:
    """A period by its first day.

    >>> period(date(2010, 4, 1), "month"), period(date(2010, 4, 1), "quarter"), period(date(2010, 4, 5), "week")
    ('April 2010', 'Q2 2010', 'week of 5 Apr 2010')
    """
    if grain == "month":
        return f"{start:%B %Y}"
    if grain == "quarter":
        return f"Q{(start.month - 1) // 3 + 1} {start.year}"
    return f"week of {day(start)}" if grain == "week" else day(start)


def code(user_no: int) -> str:
    """How a page names a person: the store's number, shorter. Only exports give the shop's own id.

    >>> code(0), code(46655)
    ('P-0', 'P-ZZZ')
    """
    signs, digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", ""
    while user_no:
        user_no, place = divmod(user_no, len(signs))
        digits = signs[place] + digits
    return f"P-{digits or '0'}"


def person_of(text: str) -> int | None:
    """The store's number of a person from the code, however it is typed; None for what is no code.

    >>> person_of("P-ZZZ"), person_of(" p-zzz "), person_of("zzz"), person_of("jo@example.com"), person_of("")
    (46655, 46655, 46655, None, None)
    """
    digits = text.strip().upper().removeprefix("P-")
    if not digits or len(digits) > 13 or not (digits.isascii() and digits.isalnum()):
        return None
    found = int(digits, 36)
    return found if found < 1 << 63 else None
