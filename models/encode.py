"""Encoding a store: its item names and search words become vectors, and new ones join the themes."""

from collections.abc import Callable
from typing import Any

from data import catalogue
from data.progress import Progress, quiet
from data.settings import Settings
from models.text_encoder import TextEncoder, choose_encoder, load_encoder
from models.vectors import encode_cached
from models.weights import check_name


def run(
    settings: Settings,
    progress: Progress = quiet,
    *,
    encoder: str | None = None,
    recluster: bool = False,
    load: Callable[[str], TextEncoder] = load_encoder,
) -> dict[str, Any]:
    """Encode what the store's catalogue holds and the cache does not, then let it join the themes.

    The language model is chosen at the store's first encoding and kept with the themes; `encoder` names another one,
    which makes the themes anew; so does `recluster`, with the one it has. The language model is loaded only if there
    is a text it has never seen.
    Comes back with {"encoder", "items", "queries", "encoded", "themes", "assigned", "unsorted", "changed"}: texts in
    the catalogue, texts encoded now, themes there are, items that joined one now, items in none, and whether any
    item's or search word's theme is another than before; "reason" where there are none to join. "encoder" is null in a
    store without named items. What is encoded is the theme text of each name: colours and the like are left out.
    """
    if encoder:
        check_name(encoder)
    items = [(item, text) for item, text in catalogue.item_texts(settings) if text]
    queries = catalogue.query_texts(settings)
    if not items:
        return _summary(None, changed=False)

    from data import themes as stored
    from models import themes

    name = encoder or stored.encoder(settings) or choose_encoder([text for _, text in items])
    encoded = 0

    def report(done: int, total: int) -> None:
        nonlocal encoded
        encoded = total
        progress(f"encoding {total:,} texts", done / total)

    texts = [themes.theme_text(text) for text in [*(text for _, text in items), *queries]]
    vectors = encode_cached(settings, name, texts, report, load)
    progress("sorting into themes", 0.0)
    outcome = themes.assign(
        settings, name, items, vectors[: len(items)], queries, vectors[len(items) :], recluster=recluster
    )
    progress("sorting into themes", 1.0)
    return _summary(name, items=len(items), queries=len(queries), encoded=encoded, **outcome)


def _summary(encoder: str | None, **known: Any) -> dict[str, Any]:
    counts = dict.fromkeys(("items", "queries", "encoded", "themes", "assigned", "unsorted"), 0)
    return {"encoder": encoder, **counts, **known}
