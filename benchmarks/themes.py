"""How good the themes of Online Retail II are: python benchmarks/themes.py [--sheet FILE] [--json]

Takes the store that TIDELINE_VAR names if it has themes, else loads the sample into a temporary one. Prints themes, the
share of events they hold, the largest, the unsorted share, stability, CPU seconds, and the score of
docs/themes-sheet.csv. Exit code 1 when a bar is missed.

Stability: adjusted Rand between the themes of the catalogue and those of a random 90 % of its items, over the common
items, "unsorted" counted as one more group; over five seeds, with plain k-means beside it.

--sheet FILE draws a sheet: 10 themes drawn by events, from each 10 items drawn by events. A person then writes yes
or no and a reason into each row: does a merchandiser find this item in a theme of this name? Rows that were judged
before in docs/themes-sheet.csv keep what was written.
"""

import argparse
import csv
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from data import catalogue, pipeline, themes  # noqa: E402  (the path comes first)
from data.settings import Settings, load_settings  # noqa: E402
from data.store import open_store  # noqa: E402
from models.themes import theme_text  # noqa: E402
from models.themes.grouping import group  # noqa: E402
from models.themes.matching import adjusted_rand  # noqa: E402
from models.themes.space import unit  # noqa: E402
from models.vectors import encode_cached  # noqa: E402

SHEET = ROOT / "docs" / "themes-sheet.csv"
COLUMNS = ("theme_id", "theme", "item_id", "item", "belongs", "reason")
SAMPLE = "online-retail-ii"
SEED = 0
PART, SEEDS = 0.9, range(5)
BARS: dict[str, Any] = {"themes": (20, 60), "share_sorted": 0.95, "largest": 0.12, "belongs": 0.8, "stability": 0.60}


def sample_store(folder: str) -> Settings:
    """The store at hand if it has themes, else a new one that holds the sample."""
    settings = load_settings()
    if os.environ.get("TIDELINE_VAR") and open_store(settings) is not None and themes.themes(settings):
        return settings
    os.environ["TIDELINE_VAR"] = folder
    settings = load_settings()
    pipeline.load_sample(settings, SAMPLE)
    return settings


def item_rows(settings: Settings) -> pl.DataFrame:
    """[item_id, item_name, events, theme, theme_name], by item; events leave refunds out, theme is '' for unsorted."""
    store = open_store(settings)
    if store is None:
        raise SystemExit("The sample could not be loaded.")
    served = store.query("select item_id, name as item_name, events from items")
    named = {theme.id: theme.name for theme in themes.themes(settings)}
    mine = themes.theme_items(settings).select("item_id", "theme")
    frame = served.join(mine, on="item_id").with_columns(theme_name=pl.col("theme").replace(named))
    return frame.sort("item_id")


def sizes(rows: pl.DataFrame) -> dict[str, Any]:
    """Themes, the share of events they hold together, the largest share and that of no theme."""
    total = rows["events"].sum()
    by_theme = rows.filter(pl.col("theme") != "").group_by("theme").agg(pl.col("events").sum())["events"]
    return {"themes": len(by_theme), "share_sorted": by_theme.sum() / total, "largest": by_theme.max() / total,
            "unsorted": 1 - by_theme.sum() / total}  # fmt: skip


def stability(settings: Settings) -> dict[str, Any]:
    """Mean adjusted Rand of Tideline's themes and of plain k-means, and the CPU seconds of one grouping."""
    items = [(item, text) for item, text in catalogue.item_texts(settings) if text]
    counted = catalogue.item_events(settings)
    events = np.array([counted[item] for item, _ in items], float)
    names = [text for _, text in items]
    texts = [theme_text(name) for name in names]
    encoder = themes.encoder(settings) or "minilm"
    vectors = encode_cached(settings, encoder, texts)
    plain = unit(encode_cached(settings, encoder, names))

    before = time.process_time()
    whole = group(texts, vectors, events)
    seconds = time.process_time() - before
    ours, theirs = [], []
    for seed in SEEDS:
        is_kept = np.random.default_rng(seed).random(len(items)) < PART
        part = group(
            [text for text, kept in zip(texts, is_kept, strict=True) if kept], vectors[is_kept], events[is_kept]
        )
        if whole is None or part is None:
            raise SystemExit("There are too few items to make themes of.")
        ours.append(adjusted_rand(whole.labels[is_kept], part.labels))
        theirs.append(adjusted_rand(_plain_k_means(plain, seed)[is_kept], _plain_k_means(plain[is_kept], seed + 100)))
    return {
        "stability": float(np.mean(ours)),
        "stability_by_seed": [round(value, 3) for value in ours],
        "stability_plain_k_means": float(np.mean(theirs)),
        "cpu_seconds": seconds,
    }


def _plain_k_means(vectors: np.ndarray, seed: int, k: int = 45, rounds: int = 30) -> np.ndarray:
    centres = vectors[np.random.default_rng(seed).choice(len(vectors), k, replace=False)]
    for _ in range(rounds):
        label = (vectors @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, label, vectors)
        centres = np.where(np.abs(sums).sum(axis=1, keepdims=True) > 0, unit(sums), centres)
    return (vectors @ centres.T).argmax(axis=1)


def draw(rows: pl.DataFrame, seed: int, themes_drawn: int = 10, items_drawn: int = 10) -> list[dict[str, str]]:
    """The rows to judge: themes drawn by events without replacement, and so the items of each."""
    random = np.random.default_rng(seed)
    sold = rows.filter((pl.col("theme") != "") & (pl.col("events") > 0))
    by_theme = sold.group_by("theme").agg(pl.col("events").sum()).sort("theme")
    odds = by_theme["events"].to_numpy() / by_theme["events"].sum()
    drawn = random.choice(by_theme["theme"].to_numpy(), min(themes_drawn, len(by_theme)), replace=False, p=odds)
    sheet = []
    for theme in drawn:
        inside = sold.filter(pl.col("theme") == theme)
        odds = inside["events"].to_numpy() / inside["events"].sum()
        for row in random.choice(len(inside), min(items_drawn, len(inside)), replace=False, p=odds):
            item = inside.row(int(row), named=True)
            named = {"theme_id": item["theme"], "theme": item["theme_name"], "item_id": item["item_id"]}
            sheet.append({**named, "item": item["item_name"], "belongs": "", "reason": ""})
    return sheet


def read_sheet() -> list[dict[str, str]]:
    """The judged sheet; nothing where there is none."""
    if not SHEET.exists():
        return []
    with SHEET.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_sheet(path: Path, sheet: list[dict[str, str]]) -> None:
    """Write the drawn rows, with what was written before about the same item in a theme of the same name."""
    judged = {(row["theme"], row["item_id"]): row for row in read_sheet()}
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in sheet:
            old = judged.get((row["theme"], row["item_id"]), row)
            writer.writerow({**row, "belongs": old["belongs"], "reason": old["reason"]})


def score(sheet: list[dict[str, str]], drawn: list[dict[str, str]]) -> dict[str, Any]:
    """Share of judged rows that belong, and whether the sheet is the one these themes draw."""
    judged = [row for row in sheet if row["belongs"] in ("yes", "no")]
    same = [(row["theme"], row["item_id"]) for row in sheet] == [(row["theme"], row["item_id"]) for row in drawn]
    share = sum(row["belongs"] == "yes" for row in judged) / len(judged) if judged else None
    return {"belongs": share, "judged": len(judged), "sheet_is_of_these_themes": same}


def passed(result: dict[str, Any]) -> bool:
    """Whether every bar is met."""
    fewest, most = BARS["themes"]
    return bool(
        fewest <= result["themes"] <= most
        and result["share_sorted"] >= BARS["share_sorted"]
        and result["largest"] <= BARS["largest"]
        and (result["belongs"] or 0) >= BARS["belongs"]
        and result["stability"] >= BARS["stability"]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="draw a sheet to judge and leave")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = sample_store(folder)
        rows = item_rows(settings)
        drawn = draw(rows, SEED)
        if options.sheet:
            write_sheet(options.sheet, drawn)
            print(f"{len(drawn)} rows in {options.sheet}", file=sys.stderr)
            return 0
        result = {**sizes(rows), **score(read_sheet(), drawn), **stability(settings)}
    if options.json:
        print(json.dumps({**result, "passed": passed(result)}))
        return 0 if passed(result) else 1
    print(f"themes                 {result['themes']:>8}   bar {BARS['themes'][0]} to {BARS['themes'][1]}")
    print(f"share of events        {result['share_sorted']:>8.1%}   bar at least {BARS['share_sorted']:.0%}")
    print(f"largest theme          {result['largest']:>8.1%}   bar at most {BARS['largest']:.0%}")
    belongs = "not judged" if result["belongs"] is None else f"{result['belongs']:.0%}"
    note = "" if result["sheet_is_of_these_themes"] else " (drawn from other themes: draw it anew with --sheet)"
    print(f"unsorted               {result['unsorted']:>8.1%}")
    print(f"items that belong      {belongs:>8}   bar at least {BARS['belongs']:.0%}, {result['judged']} judged{note}")
    seeds = result["stability_by_seed"]
    print(f"adjusted Rand          {result['stability']:>8.2f}   target {BARS['stability']}; by seed {seeds}")
    print(f"  plain k-means, k=45  {result['stability_plain_k_means']:>8.2f}")
    print(f"CPU seconds to group   {result['cpu_seconds']:>8.1f}")
    return 0 if passed(result) else 1


if __name__ == "__main__":
    raise SystemExit(main())
