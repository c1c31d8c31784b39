"""Words for people with the addresses left out: messages and pages never repeat one that a file holds."""

import re
from collections.abc import Iterable

from data.errors import InputError

HIDDEN = "(hidden)"
_ADDRESS = re.compile(r"""[^\s,;:|<>()"'=]+@[^\s,;:|<>()"'=]+""")
_PHONE = re.compile(r"(?:\+|\b00)\d[\d\s().-]{5,}\d")
_NUMBER = re.compile(r"^'?\+?[\d\s()./-]{7,}$")


def masked(text: str) -> str:
    """The text with e-mail addresses and numbers with a country code hidden.

    >>> masked("u1,jo@example.com,+44 7700 900123,2026-03-01")
    'u1,(hidden),(hidden),2026-03-01'
    """
    return _PHONE.sub(HIDDEN, _ADDRESS.sub(HIDDEN, text))


def looks_like_contact(value: str) -> bool:
    """Whether a header cell is rather an address or a phone number.

    >>> looks_like_contact("jo@example.com"), looks_like_contact("07700 900123"), looks_like_contact("E-mail")
    (True, True, False)
    """
    return bool(_ADDRESS.search(value) or _NUMBER.match(value.strip()))


def column_names(columns: Iterable[str]) -> str:
    """The names of a header in a row, where a file without a header line may hold contact data.

    >>> column_names(["user_id", "jo@example.com"])
    'user_id, (hidden)'
    """
    return ", ".join(HIDDEN if looks_like_contact(name) else name for name in columns)


def refuse_values_as_header(file_name: str, columns: Iterable[str]) -> None:
    """Raise InputError when the first line of a file holds an address or a number instead of the names of columns."""
    if any(looks_like_contact(name) for name in columns):
        raise InputError(
            f"The first line of {file_name} holds values, not the names of columns. Put a header line above it, such as"
            " the one that `python -m data template KIND --out FILE` writes."
        )
