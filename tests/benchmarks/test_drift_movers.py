import polars as pl

from benchmarks.drift_movers import PRECISION, RECALL, bars


def test_recall_counts_the_strong_with_enough_and_precision_the_named():
    found = pl.DataFrame(
        [
            ("a", 0.6, True, True), ("b", 0.7, True, False), ("c", 0.6, False, True), ("d", 0.3, True, True),
            ("e", None, True, True), ("f", None, False, True), ("g", None, True, False),
        ],
        schema=["user_id", "strength", "enough", "named"], orient="row",
    )  # fmt: skip
    told = {what: (hits, of, bar) for what, hits, of, bar in bars(found)}
    assert told["moved by 50 points or more, named"] == (1, 2, RECALL)
    assert told["named, was moved"] == (2, 3, PRECISION)
    assert told["moved by less, named"] == (1, 1, None)
    assert told["moved, with fewer events or visits, named"] == (1, 1, None)
    assert told["named with fewer events or visits, was moved"] == (1, 2, None)
