"""Which theme every item and search word belongs to: found once, then joined, and found again only when asked."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data import catalogue
from data import themes as stored
from data.settings import Settings
from data.themes import Theme
from models.themes import space as spaces
from models.themes.grouping import FEWEST, Grouping, group, nearest_themes, sorted_in
from models.themes.matching import surviving_ids
from models.themes.naming import names
from models.themes.wording import theme_text

ItemRow = tuple[str, str, float, str]


def assign(
    settings: Settings,
    encoder: str,
    items: Sequence[tuple[str, str]],
    vectors: np.ndarray,
    queries: Sequence[str],
    query_vectors: np.ndarray,
    *,
    events: Mapping[str, int] | None = None,
    recluster: bool = False,
) -> dict[str, Any]:
    """Sort items and search words into themes and keep it: {"themes", "assigned", "unsorted", "changed", "reason"}.

    `items` are (id, name), each with the vector of its `theme_text`; so are `queries`. `events` per item are the
    catalogue's own unless given. Themes are found where the store has none, or has those of another language model, or
    when `recluster` asks for it: those that survive keep their id. Otherwise items that are new or were renamed, and
    new search words, join the nearest theme, and nothing else moves. "assigned" counts the items that joined one
    now, "unsorted" all that are in none; "reason" says why there are no themes, else it is null.
    """
    counted = catalogue.item_events(settings) if events is None else events
    weights = np.array([counted.get(item, 1) for item, _ in items], float)
    if recluster or stored.encoder(settings) != encoder or not stored.themes(settings) or not stored.space(settings):
        found = group([theme_text(text) for _, text in items], vectors, weights)
        if found is None:
            return _keep_nothing(settings, encoder, items, queries)
        return _keep_clustering(settings, encoder, found, items, queries, query_vectors)
    return _join(settings, items, vectors, queries, query_vectors)


def _keep_clustering(
    settings: Settings,
    encoder: str,
    found: Grouping,
    items: Sequence[tuple[str, str]],
    queries: Sequence[str],
    query_vectors: np.ndarray,
) -> dict[str, Any]:
    before = {item: theme for item, theme, _, _ in stored.theme_items(settings).rows()}
    k = len(found.centroids)
    ids, history = surviving_ids(
        before, found.labels.tolist(), [item for item, _ in items], k, stored.known_ids(settings)
    )
    themes = []
    for label, name in enumerate(names(found.words)):
        inside = found.labels == label
        cohesion = float(found.similarity[inside].mean())
        words = tuple(found.words[label])
        themes.append(Theme(ids[label], name, words, found.centroids[label], int(inside.sum()), cohesion))
    searched = _query_rows(found.space, found.centroids, ids, queries, query_vectors)
    rows = _item_rows(items, found.labels, found.similarity, ids)
    space = spaces.to_bytes(found.space, found.floor)
    stored.save_clustering(settings, encoder, themes, rows, searched, space=space, history=history)
    unsorted = int((found.labels < 0).sum())
    return _summary(k, assigned=len(items) - unsorted, unsorted=unsorted, changed=True)


def _keep_nothing(
    settings: Settings, encoder: str, items: Sequence[tuple[str, str]], queries: Sequence[str]
) -> dict[str, Any]:
    rows = _item_rows(items, np.full(len(items), -1), np.zeros(len(items)), [])
    changed = _changed(settings, rows) or bool(stored.themes(settings))
    stored.save_clustering(settings, encoder, [], rows, [(query, "", 0.0) for query in queries])
    reason = f"Themes need items of at least {FEWEST} different names; until then all items are unsorted."
    return _summary(0, assigned=0, unsorted=len(items), changed=changed, reason=reason)


def _join(
    settings: Settings,
    items: Sequence[tuple[str, str]],
    vectors: np.ndarray,
    queries: Sequence[str],
    query_vectors: np.ndarray,
) -> dict[str, Any]:
    themes = stored.themes(settings)
    ids, centroids = [theme.id for theme in themes], np.stack([theme.centroid for theme in themes])
    space, floor = spaces.from_bytes(stored.space(settings) or b"")
    kept = {item: (theme, digest) for item, theme, _, digest in stored.theme_items(settings).rows()}
    asked = set(stored.theme_queries(settings)["query"])
    is_new = np.array([kept.get(item, ("", ""))[1] != _digest(text) for item, text in items], bool)
    new = [pair for pair, new_one in zip(items, is_new, strict=True) if new_one]
    words, texts = [theme.words for theme in themes], [theme_text(text) for _, text in new]
    label, similarity = sorted_in(space, centroids, words, floor, texts, vectors[is_new])
    rows = _item_rows(new, label, similarity, ids)
    is_asked_first = np.array([query not in asked for query in queries], bool)
    first = [query for query in queries if query not in asked]
    searched = _query_rows(space, centroids, ids, first, query_vectors[is_asked_first])
    changed = _changed(settings, rows) or bool(searched)
    stored.save_assignments(settings, rows, searched)
    now = {**{item: theme for item, (theme, _) in kept.items()}, **{row[0]: row[1] for row in rows}}
    unsorted = sum(not now[item] for item, _ in items)
    return _summary(len(themes), assigned=sum(bool(row[1]) for row in rows), unsorted=unsorted, changed=changed)


def _item_rows(
    items: Sequence[tuple[str, str]], labels: np.ndarray, similarity: np.ndarray, ids: Sequence[str]
) -> list[ItemRow]:
    pairs = zip(items, labels.tolist(), similarity.tolist(), strict=True)
    return [(item, ids[label] if label >= 0 else "", cosine, _digest(text)) for (item, text), label, cosine in pairs]


def _query_rows(
    space: spaces.Space, centroids: np.ndarray, ids: Sequence[str], queries: Sequence[str], vectors: np.ndarray
) -> list[tuple[str, str, float]]:
    """A search belongs to the theme nearest to its words, however far: no floor here."""
    label, similarity = nearest_themes(space, centroids, [theme_text(query) for query in queries], vectors)
    pairs = zip(queries, label.tolist(), similarity.tolist(), strict=True)
    return [(query, ids[found], cosine) for query, found, cosine in pairs]


def _changed(settings: Settings, rows: Sequence[ItemRow]) -> bool:
    before = {item: theme for item, theme, _, _ in stored.theme_items(settings).rows()}
    return any(before.get(row[0]) != row[1] for row in rows)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _summary(themes: int, *, assigned: int, unsorted: int, changed: bool, reason: str | None = None) -> dict[str, Any]:
    return {"themes": themes, "assigned": assigned, "unsorted": unsorted, "changed": changed, "reason": reason}
