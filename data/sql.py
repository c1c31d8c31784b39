"""Quoting for the few places where SQL takes no parameters: file paths and column names inside COPY and read_csv."""

from collections.abc import Iterable


def quoted(name: str) -> str:
    """An SQL identifier that means exactly `name`, whatever it holds.

    >>> quoted('x" FROM ev; DROP TABLE ev; --')
    '"x"" FROM ev; DROP TABLE ev; --"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """An SQL string literal that means exactly `text`.

    >>> literal("O'Brien.csv")
    "'O''Brien.csv'"
    """
    return "'" + str(text).replace("'", "''") + "'"


def literals(values: Iterable[object]) -> str:
    """An SQL list of string literals."""
    return "[" + ", ".join(literal(value) for value in values) + "]"


def json_path(name: str) -> str:
    """The JSON path of one member, whatever its name holds."""
    return '$."' + name.replace('"', '\\"') + '"'
