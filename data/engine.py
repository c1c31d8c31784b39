"""DuckDB connections: one for writing jobs with limits and spill space, one for reading a published file."""

import os
from pathlib import Path

import duckdb

from data.ledger import scratch
from data.settings import Settings
from data.sql import literal


def working_connection(settings: Settings, path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection for imports, in memory, or for rollups, on `path`, within its memory limit, spilling to var/tmp.

    Rollups say in each statement which order they want; what has no order is written as it comes, which saves memory.
    """
    settings.tmp.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(path) if path else ":memory:")
    limit = settings.build_memory_limit if path else settings.memory_limit
    connection.execute(f"set memory_limit = {literal(limit)}")
    connection.execute(f"set threads = {settings.threads}")
    connection.execute(f"set temp_directory = {literal(scratch(settings, 'spill'))}")
    connection.execute("set timezone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"set preserve_insertion_order = {'false' if path else 'true'}")
    connection.execute("set autoinstall_known_extensions = false")
    return connection


def reading_connection(path: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """A read-only connection that can reach nothing but `path`.

    Everything is set while connecting: a file that is open already in this process takes no settings afterwards.
    """
    return duckdb.connect(
        str(path),
        read_only=True,
        config={
            "threads": settings.threads,
            "memory_limit": settings.memory_limit,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "enable_external_access": False,
            "lock_configuration": True,
        },
    )


def fsync(path: Path) -> None:
    """Make a file or folder durable before something else points to it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move_into_place(source: Path, target: Path) -> None:
    """Rename a finished file to its lasting name, durably."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fsync(source)
    os.replace(source, target)
    fsync(target.parent)
