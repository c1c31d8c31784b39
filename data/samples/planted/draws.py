"""Randomness by counting: each draw is the md5 of (seed, purpose, number), so it is the same at any thread count.

SQL asks for 128 random bits with `draw(purpose, number)` and takes fields of them with `bits(h, first, length)`; small
tables are drawn with a NumPy generator of the same seed.
"""

import zlib

import duckdb
import numpy as np

MACROS = (
    "create macro draw(purpose, number) as md5_number(concat(getvariable('seed'), purpose, number))",
    # A field of the 128 bits as a number from 0 to below 1.
    "create macro bits(h, first, length) as"
    " cast((h >> first) & ((1::uhugeint << length) - 1) as double) / cast(1::uhugeint << length as double)",
)


def define_draws(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Give a connection the macros `draw` and `bits` for this seed."""
    connection.execute(f"set variable seed = '{int(seed)}:'")
    for macro in MACROS:
        connection.execute(macro)


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A NumPy generator that belongs to this seed and purpose alone."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])
