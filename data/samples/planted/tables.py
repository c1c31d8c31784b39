"""The tables that the SQL of the log looks up: people, what facts do, goods and words."""

import duckdb
import numpy as np
import polars as pl

from data.samples.planted.draws import generator
from data.samples.planted.effects import Effects
from data.samples.planted.events import STEPS
from data.samples.planted.people import alias_table
from data.samples.planted.visits import CELLS
from data.samples.planted.words import Language, parts
from data.sql import literals

SEARCH_WORDS = 36
PLATFORMS = ("app",) * 4 + ("web",) * 3 + ("tablet",)


def fill(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Make a table of a frame."""
    connection.register("given", frame)
    connection.execute(f"create table {name} as select * from given")
    connection.unregister("given")


def fill_people(
    connection: duckdb.DuckDBPyConnection, seed: int, people: pl.DataFrame, interest_weights: np.ndarray
) -> None:
    """Tables alias (how a visit finds its user) and cell (how a look finds any interest)."""
    fill(connection, "alias", alias_table(people["weight"].to_numpy()))
    cells = generator(seed, "cells").permutation(CELLS)
    bounds = np.floor(np.cumsum(interest_weights) * CELLS + 0.5).astype(int)
    interests = np.searchsorted(bounds, np.arange(CELLS), "right")
    fill(connection, "cell", pl.DataFrame({"cell": cells, "k": interests}))


def fill_effects(connection: duckdb.DuckDBPyConnection, people: pl.DataFrame, effects: Effects) -> None:
    """Tables person, interest_day, item_day, absent, pair and invitation: people, and what facts do."""
    fill(connection, "person", people.join(effects.person_table(), on="u", how="left").drop("weight"))
    fill(connection, "interest_day", effects.interest_table())
    fill(connection, "item_day", effects.item_table())
    connection.execute("create table absent as select item, day from item_day where keep = 0 or divert is not null")
    fill(connection, "pair", effects.pair_table())
    fill(connection, "invitation", effects.invitation_table().with_row_index("n"))


def fill_words(connection: duckdb.DuckDBPyConnection, language: Language, items: pl.DataFrame) -> None:
    """Tables item, search, opinion, platform and step: goods, words and the events of a look."""
    fill(connection, "step", STEPS)
    fill(connection, "platform", pl.DataFrame({"number": range(len(PLATFORMS)), "platform": PLATFORMS}))
    said = [(stars, place, text) for stars, texts in language.reviews.items() for place, text in enumerate(texts)]
    fill(connection, "opinion", pl.DataFrame(said, schema=["stars", "place", "said"], orient="row"))
    fill(connection, "search", search_words(language))
    # As ENUM a text costs two bytes while the rows are sorted.
    for column in ("name", "category", "brand"):
        values = literals(items[column].unique().sort()).strip("[]")
        connection.execute(f"create type item_{column} as enum ({values})")
    connection.register("given", items)
    connection.execute(
        "create table item as select item, k, item_id, name::item_name as name, category::item_category as category,"
        " brand::item_brand as brand, price, noun, quality from given"
    )
    connection.unregister("given")


def search_words(language: Language) -> pl.DataFrame:
    """What people search for: columns k, words (number from 0 to SEARCH_WORDS), query."""
    rows = []
    k = 0
    for department in language.departments:
        adjectives, materials = parts(department.adjectives), parts(department.materials)
        for line in department.kinds.values():
            nouns = parts(line)
            for words in range(SEARCH_WORDS):
                said = {
                    "noun": nouns[words % len(nouns)],
                    "adjective": adjectives[words % 5],
                    "material": materials[words % 4],
                }
                rows.append((k, words, language.searches[words // 6 % len(language.searches)].format(**said)))
            k += 1
    return pl.DataFrame(rows, schema=["k", "words", "query"], orient="row")
