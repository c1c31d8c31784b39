"""The named statements of rollups.sql and how they are run."""

import hashlib
import re
from pathlib import Path

import duckdb
import polars as pl

SQL = (Path(__file__).parent.parent / "rollups.sql").read_text()
STATEMENTS = {
    name.strip(): text.strip().rstrip(";") for name, text in re.findall(r"-- name: (.*)\n((?:(?!-- name:).*\n?)*)", SQL)
}
LAYOUT = hashlib.sha256(SQL.encode()).hexdigest()[:12]
"""A serve file with another layout is not continued but built anew."""


def run(connection: duckdb.DuckDBPyConnection, name: str, **names: str) -> None:
    """Run one named statement of rollups.sql with `names` for its words in braces: names and literals, never input."""
    for statement in STATEMENTS[name].format(**names).split(";\n"):
        connection.execute(statement)


def load(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame, *, kind: str = "temp table") -> None:
    """Make `frame` the table `name`."""
    connection.register("incoming", frame)
    connection.execute(f"create or replace {kind} {name} as select * from incoming")
    connection.unregister("incoming")
