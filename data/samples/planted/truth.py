"""truth.json: what was planted, and beside it truth_users.parquet with what was planted in each user."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from data.samples.planted.facts import Shop, Truth

MOST_USERS = 50_000
"""A fact about more users names them in truth_users.parquet alone."""
TRUTH_FILE, USERS_FILE = "truth.json", "truth_users.parquet"
COLUMNS = {
    "fact": pl.String, "user_id": pl.String, "from": pl.String, "to": pl.String, "strength": pl.Float64,
    "date": pl.String, "heavy": pl.Boolean, "arm": pl.String, "baseline": pl.Float64, "effect": pl.Float64,
}  # fmt: skip
"""Of truth_users.parquet; a fact fills those that are its own."""


def write_truth(shop: Shop, facts: dict[str, Truth], folder: Path) -> Path:
    """Write both files; comes back with truth.json, whose shape is that of docs/planted.md."""
    knobs = shop.knobs
    told = {str(frame["fact"][0]): frame for frame in shop.told if frame.height}
    frames = []
    for name, fact in facts.items():
        if fact["users"] is None:
            continue
        frame = told.get(name, pl.DataFrame({"user_id": fact["users"]}).with_columns(fact=pl.lit(name)))
        frames.append(frame.select(_column(frame, *each) for each in COLUMNS.items()))
        fact["users_count"] = len(fact["users"])
        if name in told:
            fact["detail"] = _rows(frame.drop("fact"))
        if len(fact["users"]) > MOST_USERS:
            fact |= {"users": None, "users_file": USERS_FILE}
            fact.pop("detail", None)
    path = folder / TRUTH_FILE
    if frames:
        pl.concat(frames).write_parquet(folder / USERS_FILE)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(fact, ensure_ascii=False)}" for name, fact in facts.items())
    head = {"seed": knobs.seed, "rows": knobs.rows, "users": knobs.users, "days": knobs.days, "first": knobs.date(0),
            "last": knobs.date(knobs.days - 1), "plain": [shop.paths[k] for k in shop.layout.plain]}  # fmt: skip
    path.write_text(json.dumps(head, ensure_ascii=False)[:-1] + ',\n"facts": {\n' + lines + "\n}}\n")
    return path


def _column(frame: pl.DataFrame, name: str, kind: type[pl.DataType]) -> pl.Expr:
    return pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, kind).alias(name)


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    rounded = frame.with_columns(pl.col(pl.Float64).round(6)).rename({"user_id": "user"})
    return rounded.to_dicts()
