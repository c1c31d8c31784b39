"""What serving a run costs: python benchmarks/serving.py [--items N,...] [--users N] [--json]

One edited history to the top 20 of the blend, in CPU milliseconds of a process without TensorFlow, reasons left out and
with them; and everybody ranked by the blend, in people per core second. The run is made up of random tables and an
untrained network, which a child process writes: what is learnt changes no cost. One thread.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  (threads and path come first)
import polars as pl  # noqa: E402

from benchmarks.made_up_run import DAYS, made_up_log, write_made_up, write_network  # noqa: E402
from models.baselines.ease import MOST_ITEMS  # noqa: E402
from models.reading_store import HISTORY  # noqa: E402
from models.recommender import Recommender  # noqa: E402
from models.recommender.loading import load_served  # noqa: E402
from models.recommender.scoring import tops  # noqa: E402
from models.runs import Run  # noqa: E402

ONE = {12_000: (20.0, 5.0), 100_000: (40.0, 10.0)}
"""Items -> floor and target, CPU ms of one history."""
EVERYBODY = {12_000: (1_000.0, 2_000.0)}
"""Items -> floor and target, people per core second."""
EVENTS = 30
ROUNDS = 60
START = datetime(1970, 1, 1)


def one_history(recommender: Recommender, items: int, *, reasons: bool, rounds: int) -> dict[str, float]:
    """CPU ms of one call, median and 95th percentile, each with another history of EVENTS events."""
    rng = np.random.default_rng(1)
    when = START + timedelta(days=DAYS)
    spent = []
    for _ in range(rounds + 3):
        history = pl.DataFrame(
            {
                "event_time": sorted(START + timedelta(seconds=int(s)) for s in rng.integers(0, DAYS * 86_400, EVENTS)),
                "event_type": ["view"] * EVENTS,
                "item_id": [f"ITEM{n:06}" for n in rng.integers(0, items, EVENTS)],
                "query": [None] * EVENTS, "order_id": [None] * EVENTS,
            }, HISTORY,
        )  # fmt: skip
        began = time.process_time()
        recommender.recommend(history, when, 20, reasons=reasons, interests=False)
        spent.append(1000 * (time.process_time() - began))
    return {"p50": float(np.median(spent[3:])), "p95": float(np.percentile(spent[3:], 95))}


def everybody(recommender: Recommender, users: int, items: int) -> float:
    """People ranked by the blend per core second, 8.9 events each."""
    log = made_up_log(users, items, 8.9, seed=2)
    people, mixture = np.arange(users), recommender.mixtures["blend"]
    tops(mixture, log, people[:64], DAYS * 86_400, hides_seen=False)
    began = time.process_time()
    tops(mixture, log, people, DAYS * 86_400, hides_seen=False)
    return users / (time.process_time() - began)


def measure(items: int, users: int, rounds: int) -> dict[str, Any]:
    """Every figure of one size of catalogue."""
    with tempfile.TemporaryDirectory(prefix="tideline-serving-") as temporary:
        folder = Path(temporary) / "2026-01-01T0000-1"
        write_made_up(folder, made_up_log(2_000, items, 20.0), with_ease=items <= MOST_ITEMS)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:  # TensorFlow stays there
            other.submit(write_network, folder, made_up_log(2_000, items, 20.0)).result()
        began = time.process_time()
        run = Run(folder.name, folder, {}, json.loads((folder / "metrics.json").read_text()), True, False)
        recommender = Recommender(load_served(run))
        loaded = time.process_time() - began
        return {
            "items": items, "members": len(recommender.served.rankers) - 1, "load_cpu_ms": 1000 * loaded,
            "one_ms": one_history(recommender, items, reasons=False, rounds=rounds), "one_bar": ONE.get(items),
            "reasons_ms": one_history(recommender, items, reasons=True, rounds=max(rounds // 6, 3)),
            "users_per_second": everybody(recommender, users, items), "users_bar": EVERYBODY.get(items),
            "tensorflow": "tensorflow" in sys.modules, "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", default="12000,100000", help="sizes of catalogues, with commas")
    parser.add_argument("--users", type=int, default=2_000, help="people ranked")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = [measure(int(items), options.users, options.rounds) for items in options.items.split(",")]
    missed = False
    for each in found:
        one, users = each["one_bar"], each["users_bar"]
        missed |= bool(one and each["one_ms"]["p50"] > one[0]) or bool(users and each["users_per_second"] < users[0])
        if not options.json:
            print(f"{each['items']:,} items, blend of {each['members']}: loaded in {each['load_cpu_ms']:.0f} CPU ms")
            print(f"  one history to 20 items: {each['one_ms']['p50']:.1f} CPU ms (p95 {each['one_ms']['p95']:.1f}),"
                  f" floor and target {one}; with reasons {each['reasons_ms']['p50']:.0f}")  # fmt: skip
            print(f"  everybody: {each['users_per_second']:,.0f} people per core second, floor and target {users}")
    if options.json:
        print(json.dumps(found))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
