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


def attributes_sql(values: Iterable[tuple[str, str]]) -> str:
    """SQL for a JSON object of (name, SQL of a text) as text; empty values are dropped, NULL where none is left.

    >>> attributes_sql([])
    'cast(null as varchar)'
    """
    pairs = ", ".join(f"{literal(name)}, {sql}" for name, sql in values)
    # Merging into an empty object drops the members that are null.
    merged = f"nullif(cast(json_merge_patch('{{}}', json_object({pairs})) as varchar), '{{}}')"
    return merged if pairs else "cast(null as varchar)"
