"""The catalogue of a published version: its items, what each is about, and the language model's vectors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data import themes
from data.settings import Settings
from data.store import Store
from models.interactions import NO_ITEM, Catalogue
from models.text_encoder import WIDTH
from models.themes import theme_text
from models.vectors import Vectors

INTERESTS = ("category", "theme", "brand")
"""What can be an interest, the first that the store shows; with none of them items stand alone."""
NONE = ("none", "unsorted")
"""The lines of items that have no category, brand or theme."""
ITEMS_SQL = "select item_id, name, {column} as interest from items order by item_id"
INTERESTS_SQL = 'select id, name from interests where "by" = $by order by rank'
QUERIES_SQL = "select distinct query from query_file order by query"
COLUMN = {"category": "category_interest", "theme": "theme", "brand": "brand"}
PIECE = 50_000
"""Texts whose vectors are looked up at a time."""


def catalogue_of(settings: Settings, store: Store, folder: Path) -> tuple[Catalogue, list[str]]:
    """The items of a published version in the order of their ids, and the search words in theirs.

    Vectors are those that the cache holds, rows of zeros where it holds none, written to `folder` and memory-mapped;
    None where the store has no language model. Nothing is encoded.
    """
    by = interests_by(store)
    items = store.query(ITEMS_SQL.format(column=COLUMN.get(by, "cast(null as varchar)")))
    queries = store.query(QUERIES_SQL)["query"].to_list()
    lines = store.query(INTERESTS_SQL, {"by": by})
    ids = [line for line in lines["id"].to_list() if line not in NONE]
    names = dict(zip(lines["id"], lines["name"], strict=True))
    number = {interest: place for place, interest in enumerate(ids)}
    interest = np.array([number.get(found, NO_ITEM) for found in items["interest"].to_list()], np.int32)
    item_ids, item_names = items["item_id"].to_list(), items["name"].to_list()
    encoder = themes.encoder(settings)
    vectors = query_vectors = None
    if encoder:
        vectors = _vectors(settings, encoder, item_names, folder / "vectors.npy")
        query_vectors = _vectors(settings, encoder, queries, folder / "query-vectors.npy")
    shown = [names[line] for line in ids]
    return Catalogue(item_ids, item_names, interest, ids, shown, vectors, query_vectors), queries


def interests_by(store: Store) -> str:
    """What an interest of this store is: 'category', 'theme' or 'brand', '' where it has none of them."""
    return next((by for by in INTERESTS if by in store.meta.bys), "")


def _vectors(settings: Settings, encoder: str, texts: Sequence[str], path: Path) -> np.ndarray:
    """float32 (texts, 384), written in pieces so that no more than one is held."""
    cache = Vectors(settings, encoder)
    if not texts:
        return np.zeros((0, WIDTH), np.float32)
    kept = new_array(path, np.float32, (len(texts), WIDTH))
    for start in range(0, len(texts), PIECE):
        piece = [theme_text(text) for text in texts[start : start + PIECE]]
        kept[start : start + PIECE] = cache.lookup(piece)[0]
    kept.flush()
    return np.load(path, mmap_mode="r")


def new_array(path: Path, dtype: type, shape: tuple[int, ...]) -> np.memmap:
    """An array in a new file; whoever has an earlier one of that name mapped keeps it."""
    path.unlink(missing_ok=True)
    return np.lib.format.open_memmap(path, "w+", dtype, shape)
