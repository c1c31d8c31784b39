"""Are the people who were planted as movers on the list? python benchmarks/drift_movers.py [--seeds N] [--rows N]

Makes planted shops, compares the weeks before the great change with those after it, and counts whom `movers` names.
Held when, among people with at least 50 events in 12 visits on both sides, nine in ten of those who were moved by 50
points or more are named, and at least four in five of the named were moved. Exit code 1 when it is not held.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analytics.drift.counted import Question, blocks  # noqa: E402  (the path comes first)
from analytics.drift.movers import movers  # noqa: E402
from analytics.windows import Window  # noqa: E402
from benchmarks.lines import rate  # noqa: E402
from data.ingest import ImportOptions  # noqa: E402
from data.lists import user_ids  # noqa: E402
from data.pipeline import import_file  # noqa: E402
from data.samples.planted import make_knobs, make_planted  # noqa: E402
from data.scope import Scope  # noqa: E402
from data.settings import Settings  # noqa: E402
from data.store import Store, open_store  # noqa: E402

SEEDS, ROWS, DAYS = 3, 500_000, 161
"""The log goes on for 26 weeks after the great change, whose own four weeks are left out."""
EVENTS, VISITS, STRONG = 50, 12, 0.5
RECALL, PRECISION = 0.90, 0.80
COLUMNS = ("user_id", "strength", "enough", "named")


def people(store: Store, fact: dict[str, Any], days: int = DAYS) -> pl.DataFrame:
    """Everybody in the windows: user_id, strength (null where nothing was planted), enough (50 events in 12 visits on
    both sides), named."""
    first, last = date.fromisoformat(fact["from"]), date.fromisoformat(fact["to"])
    day = timedelta(days=1)
    before, after = Window(first - days * day, first - day), Window(last + day, last + days * day)
    found = movers(store, Scope(), by="category", before=before, after=after)
    counted = pl.concat([each.people for each in blocks(Question(store, Scope(), "category", before, after))])
    number = store.query('select u as "user", user_no from person')
    ids = user_ids(store.settings, number["user_no"].to_list())
    planted = pl.DataFrame(fact["detail"]).select(user_id="user", strength="strength")
    frame = counted.join(number, on="user").join(ids, on="user_no").join(planted, on="user_id", how="left")
    enough = (pl.min_horizontal("events_before", "events_after") >= EVENTS) & (
        pl.min_horizontal("visits_before", "visits_after") >= VISITS
    )
    named = pl.col("user_no").is_in(found.people["user_no"].to_list())
    return frame.with_columns(enough=enough, named=named).select(COLUMNS)


def shop(seed: int, rows: int) -> pl.DataFrame:
    """`people` of the planted shop of one seed."""
    with tempfile.TemporaryDirectory(prefix="tideline-movers-") as folder:
        settings = Settings(var=Path(folder) / "var", themes=False)
        make_planted(settings, Path(folder), make_knobs(seed=seed, rows=rows))
        import_file(settings, Path(folder) / "events.parquet", ImportOptions(timezone="UTC"))
        fact = json.loads((Path(folder) / "truth.json").read_text())["facts"]["movers"]
        store = open_store(settings)
        assert store is not None
        try:
            return people(store, fact)
        finally:
            store.close()


def bars(found: pl.DataFrame) -> list[tuple[str, int, int, float | None]]:
    """What is counted: its name, how many of how many, and the least rate it may have."""
    planted, enough, named = pl.col("strength").is_not_null(), pl.col("enough"), pl.col("named")
    strong = pl.col("strength") >= STRONG
    asked = (
        ("moved by 50 points or more, named", strong & enough, named, RECALL),
        ("named, was moved", named & enough, planted, PRECISION),
        ("moved by less, named", planted & ~strong & enough, named, None),
        ("moved, with fewer events or visits, named", planted & ~enough, named, None),
        ("named with fewer events or visits, was moved", named & ~enough, planted, None),
    )
    return [(what, found.filter(base & hit).height, found.filter(base).height, bar) for what, base, hit, bar in asked]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help="shops, of the seeds 1 to N")
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N", help="events of a shop")
    options = parser.parse_args(arguments)
    lines = [
        rate(f"{what}, of {of}", np.arange(of) < hits, least=bar)
        for what, hits, of, bar in bars(pl.concat([shop(seed, options.rows) for seed in range(1, options.seeds + 1)]))
        if of
    ]
    for line in lines:
        print(line)
    return 0 if all(line.met for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
