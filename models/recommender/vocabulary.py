"""The items, interests and search words of a run: numbers in its tables are places in these lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from data.errors import StoreError
from models.interactions import NO_ITEM, Catalogue

ITEMS, INTERESTS, QUERIES = "vocabulary.parquet", "interests.parquet", "queries.parquet"


@dataclass(frozen=True)
class Vocabulary:
    """A catalogue without vectors, and where ids and search words lie in it."""

    catalogue: Catalogue
    item: dict[str, int]
    """Item id -> number."""
    query: dict[str, int]
    """Search words in lower case -> number."""


def write_vocabulary(folder: Path, catalogue: Catalogue, queries: Sequence[str]) -> None:
    """Write vocabulary.parquet [item_id, name, interest], interests.parquet [interest, name] and queries.parquet
    [query], all in the order of their numbers; `interest` is an id, null for an item that has none."""
    ids = [catalogue.interest_ids[place] if place != NO_ITEM else None for place in catalogue.interest]
    items = {"item_id": list(catalogue.item_ids), "name": list(catalogue.names), "interest": ids}
    interests = {"interest": list(catalogue.interest_ids), "name": list(catalogue.interest_names)}
    for name, columns in ((ITEMS, items), (INTERESTS, interests), (QUERIES, {"query": list(queries)})):
        pl.DataFrame(columns, dict.fromkeys(columns, pl.String)).write_parquet(folder / name)


def read_vocabulary(folder: Path) -> Vocabulary:
    """What `write_vocabulary` wrote. Raises StoreError where a file is missing or damaged."""
    try:
        items, interests, queries = (pl.read_parquet(folder / name) for name in (ITEMS, INTERESTS, QUERIES))
        place = pl.DataFrame({"interest": interests["interest"]}).with_row_index("place")
        of_item = items.join(place, on="interest", how="left", maintain_order="left")["place"]
        ids, words = items["item_id"].to_list(), queries["query"].to_list()
        catalogue = Catalogue(
            ids, items["name"].to_list(), of_item.cast(pl.Int32).fill_null(NO_ITEM).to_numpy().astype(np.int32),
            interests["interest"].to_list(), interests["name"].to_list(),
        )  # fmt: skip
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StoreError(
            f"The catalogue of run {folder.name} cannot be read ({str(error).splitlines()[0]}). Train again, or"
            " activate another run."
        ) from error
    numbers = ({text: number for number, text in enumerate(texts)} for texts in (ids, words))
    return Vocabulary(catalogue, *numbers)
