"""Which theme every item and search word belongs to: clustered once, then joined; clustered again only when asked."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data import catalogue
from data import themes as stored
from data.settings import Settings
from data.themes import Theme
from models.themes.cluster import FIT_ON, Array, Labels, centre_of, cluster, how_many, normalised
from models.themes.naming import carry_ids, name_themes

FAR = 0.25
"""An item whose centred cosine with every theme is below this is unsorted."""
LOOSE = 0.40
"""A cluster whose items' mean centred cosine with its centre is below this is a grab-bag and dissolved."""


def assign(
    settings: Settings,
    encoder: str,
    items: Sequence[tuple[str, str]],
    vectors: Array,
    queries: Sequence[str],
    query_vectors: Array,
    *,
    weights: Mapping[str, int] | None = None,
    recluster: bool = False,
) -> dict[str, Any]:
    """Sort items and search words into themes and keep it: {"themes", "assigned", "unsorted", "changed"}.

    Clusters where the store has no themes, has those of another language model, or `recluster` asks for it; themes
    then keep their id where most of their items stay together. Otherwise new and renamed items join the nearest
    theme, and nothing else moves. `items` are (id, name) with a row of `vectors` each; `weights` rows of the log.
    """
    found = stored.themes(settings)
    if recluster or not found or stored.encoder(settings) != encoder:
        weight = weights if weights is not None else catalogue.item_events(settings)
        return _cluster_all(settings, encoder, items, vectors, queries, query_vectors, weight)
    before = {row[0]: (row[1], row[3]) for row in stored.theme_items(settings).rows()}
    fresh = [i for i, (item, text) in enumerate(items) if before.get(item, ("", ""))[1] != _digest(text)]
    known = set(stored.theme_queries(settings)["query"])
    asked = [i for i, query in enumerate(queries) if query not in known]
    centre, centres = stored.centre(settings), np.stack([theme.centroid for theme in found])
    ids = [theme.id for theme in found]
    rows = _joined([items[i] for i in fresh], vectors[fresh], centre, centres, ids)
    searched = _nearest([queries[i] for i in asked], query_vectors[asked], centre, centres, ids)
    moved = [row for row in rows if before.get(row[0], (None,))[0] != row[1]]
    stored.save_assignments(settings, rows, searched)
    there = {item for item, _ in items}
    unsorted = sum(1 for row in rows if not row[1]) + sum(
        1 for item, (theme, _) in before.items() if not theme and item in there and item not in {r[0] for r in rows}
    )
    return {"themes": len(found), "assigned": sum(1 for row in rows if row[1]), "unsorted": unsorted,
            "changed": bool(moved or searched)}  # fmt: skip


def _cluster_all(
    settings: Settings,
    encoder: str,
    items: Sequence[tuple[str, str]],
    vectors: Array,
    queries: Sequence[str],
    query_vectors: Array,
    weights: Mapping[str, int],
) -> dict[str, Any]:
    weight = np.sqrt(np.array([max(weights.get(item, 1), 1) for item, _ in items], dtype=np.float32))
    centre, labels = sort_items(vectors, weight)
    old = {row[0]: row[1] for row in stored.theme_items(settings).rows() if row[1]}
    now = {item: int(label) for (item, _), label in zip(items, labels, strict=True) if label >= 0}
    # Ids are given by size, so that t01 is the theme of most events in a new store.
    events = {label: sum(weights.get(item, 1) for item, at in now.items() if at == label) for label in set(now.values())}
    order = {label: place for place, label in enumerate(sorted(events, key=lambda each: (-events[each], each)))}
    labels = np.array([order.get(int(label), -1) for label in labels])
    now = {item: order[label] for item, label in now.items()}
    ids, history = carry_ids(old, now, stored.known_ids(settings))
    words = name_themes([text for _, text in items], labels, weight)
    centred = normalised(vectors - centre)
    themes = []
    for label in sorted(ids):
        inside = labels == label
        middle = normalised((centred[inside] * weight[inside, None]).sum(0))
        cohesion = float((centred[inside] @ middle).mean())
        name = " / ".join(words[label])
        themes.append(Theme(ids[label], name, tuple(words[label]), middle, int(inside.sum()), cohesion))
    stored.save_clustering(settings, encoder, themes, history, centre=centre)
    names = [theme.id for theme in themes]
    centres = np.stack([theme.centroid for theme in themes]) if themes else np.zeros((0, vectors.shape[1]), np.float32)
    similar = (centred @ centres.T) if len(themes) else np.zeros((len(items), 0))
    place = {theme_id: i for i, theme_id in enumerate(names)}
    rows = [
        (item, ids[int(label)] if label >= 0 else "",
         float(similar[i, place[ids[int(label)]]]) if label >= 0 else float(similar[i].max(initial=0.0)), _digest(text))
        for i, ((item, text), label) in enumerate(zip(items, labels, strict=True))
    ]  # fmt: skip
    stored.save_assignments(
        settings, rows, _nearest(queries, query_vectors, centre, centres, names), replace=True
    )
    unsorted = int((labels < 0).sum())
    return {"themes": len(themes), "assigned": len(items) - unsorted, "unsorted": unsorted, "changed": True}


def sort_items(vectors: Array, weight: Array, *, seed: int = 0) -> tuple[Array, Labels]:
    """The catalogue's centre and a label per item, -1 for unsorted. Fitted on FIT_ON items at most."""
    centre = centre_of(vectors, weight)
    count = how_many(len(np.unique(vectors.round(5), axis=0)))
    if not count:
        return centre, np.full(len(vectors), -1)
    rng = np.random.default_rng(seed)
    fit = np.arange(len(vectors))
    if len(fit) > FIT_ON:
        fit = np.sort(rng.choice(len(fit), FIT_ON, replace=False, p=weight / weight.sum()))
    labels = cluster(vectors[fit], weight[fit], count, seed=seed)
    centred = normalised(vectors - centre)
    middles = _middles(centred[fit], weight[fit], labels)
    own = np.array([(centred[fit][labels == k] @ middles[k]).mean() if (labels == k).any() else 0 for k in range(len(middles))])
    middles = middles[own >= LOOSE] if (own >= LOOSE).any() else middles
    similar = centred @ middles.T
    nearest = similar.argmax(1)
    return centre, np.where(similar.max(1) >= FAR, nearest, -1)


def _middles(centred: Array, weight: Array, labels: Labels) -> Array:
    sums = np.zeros((labels.max() + 1, centred.shape[1]), np.float32)
    np.add.at(sums, labels, centred * weight[:, None])
    return normalised(sums)


def _joined(
    items: Sequence[tuple[str, str]], vectors: Array, centre: Array, centres: Array, ids: Sequence[str]
) -> list[tuple[str, str, float, str]]:
    if not items:
        return []
    similar = normalised(vectors - centre) @ centres.T
    return [
        (item, ids[int(row.argmax())] if row.max() >= FAR else "", float(row.max()), _digest(text))
        for (item, text), row in zip(items, similar, strict=True)
    ]


def _nearest(
    queries: Sequence[str], vectors: Array, centre: Array, centres: Array, ids: Sequence[str]
) -> list[tuple[str, str, float]]:
    """A search belongs to the theme nearest to its words, however far (contract)."""
    if not len(queries) or not len(ids):
        return [(query, "", 0.0) for query in queries]
    similar = normalised(vectors - centre) @ centres.T
    return [(query, ids[int(row.argmax())], float(row.max())) for query, row in zip(queries, similar, strict=True)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
