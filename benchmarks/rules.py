"""Do association rules cry wolf, and do they find what is there? python benchmarks/rules.py [--quick] [--json PATH]

Complete Journey (baskets of categories, one basket a household and day; every third household, and every eighth for
changes and order), loaded into a temporary store:
- its baskets shuffled, sizes and counts of items kept (curveball: any two baskets trade what only one of them has);
- one shuffled basket of each household, repeated as often as the household came: nothing goes together, but each
  household's habit is there many times;
- changes of lift between two windows that differ by lot only, of baskets and of households;
- the order of each household's baskets shuffled: no item comes first.
A run counts as wrong when anything at all is flagged in it, at a false discovery rate of 5 %. Then the complements of
planted shops: how many are flagged; and rules of one half of the households in the other half. Beside them stand the
usual test (hypergeometric, Benjamini and Hochberg) and the formula s_i s_j f with Poisson's tail, on the same baskets.
Exit code 1 when a bar is missed.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.special import gammainc
from scipy.stats import hypergeom

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analytics.drift.discoveries import q_values  # noqa: E402  (the path comes first)
from analytics.rules import lift_changes, rules  # noqa: E402
from analytics.rules.counting import count  # noqa: E402
from analytics.rules.judging import LEAST  # noqa: E402
from analytics.rules.lines import lines_of  # noqa: E402
from benchmarks.lines import wilson  # noqa: E402
from data import pipeline  # noqa: E402
from data.samples.planted import make_knobs, make_planted  # noqa: E402
from data.settings import Settings  # noqa: E402
from data.store import open_store  # noqa: E402

RUNS, SHOPS, ROWS = 200, 10, 500_000
SEED = 2_024
WRONG_BAR, FOUND_BAR, LEVEL = 0.05, 0.90, 0.05
Mixed = Callable[[np.random.Generator], bool]
LINES_SQL = """
SELECT DISTINCT u AS "user", day AS basket, id AS item FROM user_day
WHERE "by" = 'category' AND u IS NOT NULL AND purchases > 0 AND id <> 'none'
"""


@dataclass(frozen=True)
class Line:
    """One figure: how often of how many, and its bar."""

    what: str
    hits: int
    of: int
    bar: float | None = None
    at_least: bool = False

    @property
    def rate(self) -> float:
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        low, high = wilson(self.hits, max(self.of, 1))
        return max(low, 0.0), min(high, 1.0)

    @property
    def met(self) -> bool | None:
        """Whether the rate keeps its bar; None where it has none."""
        if self.bar is None:
            return None
        return self.rate >= self.bar if self.at_least else self.rate <= self.bar

    def __str__(self) -> str:
        low, high = self.interval
        text = f"{self.what:66}{self.rate:8.1%}  ({low:.1%} to {high:.1%}; {self.hits:,} of {self.of:,})"
        if self.bar is None:
            return text
        return f"{text}  bar {'>=' if self.at_least else '<='} {self.bar:.0%}: {'met' if self.met else 'NOT MET'}"


def journey() -> pl.DataFrame:
    """The orders of Complete Journey: user, basket (a day), item (a category)."""
    with tempfile.TemporaryDirectory(prefix="tideline-rules-") as folder:
        settings = Settings(var=Path(folder), themes=False)
        pipeline.load_sample(settings, "complete-journey")
        store = open_store(settings)
        if store is None:
            raise SystemExit("The sample could not be loaded.")
        frame = store.query(LINES_SQL).sort("user", "basket", "item")
        store.close()
    return frame


class Baskets:
    """The lines of a log as numbers, and shuffles of them."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.user = frame["user"].to_numpy()
        self.when = frame["basket"]
        new = frame.select(pl.struct("user", "basket").rle_id())
        self.basket = new.to_series().to_numpy().astype(np.int64)
        names = frame["item"].unique().sort()
        # Numbers with names: they sort and group faster than names.
        self.names = names.cast(pl.Enum(names))
        self.item = frame["item"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
        self.count = int(self.basket.max()) + 1
        self.starts = np.flatnonzero(np.diff(self.basket, prepend=-1))

    def frame(self) -> pl.DataFrame:
        """As a frame [user, basket, item], with the days of its baskets."""
        return pl.DataFrame({"user": self.user, "basket": self.when, "item": self.names.gather(self.item)})

    def trade(self, random: np.random.Generator, rounds: int) -> None:
        """In each round all baskets meet in pairs and trade what only one of the two has, by lot (curveball)."""
        for _ in range(rounds):
            pair = np.empty(self.count, np.int64)
            pair[random.permutation(self.count)] = np.arange(self.count) // 2
            of_pair = pair[self.basket]
            key = of_pair * len(self.names) + self.item
            order = np.argsort(key, kind="stable")
            twice = np.zeros(len(key), bool)
            same = key[order][1:] == key[order][:-1]
            twice[order[1:]] |= same
            twice[order[:-1]] |= same
            rows = np.flatnonzero(~twice)
            slots = rows[np.argsort(of_pair[rows], kind="stable")]
            self.item[slots] = self.item[rows[np.argsort(of_pair[rows] + random.random(len(rows)))]]

    def repeated(self, random: np.random.Generator) -> pl.DataFrame:
        """One basket of each user, by lot, as often as the user has baskets."""
        owner = self.user[self.starts]
        chosen = pl.DataFrame({"user": owner, "chosen": np.arange(self.count), "lot": random.random(self.count)})
        chosen = chosen.sort("lot").unique("user", keep="first").drop("lot")
        lines = pl.DataFrame({"chosen": self.basket, "item": self.names.gather(self.item)})
        times = pl.DataFrame({"user": owner, "basket": self.when.gather(self.starts)})
        return times.join(chosen, on="user").join(lines, on="chosen").drop("chosen")

    def reordered(self, random: np.random.Generator) -> pl.DataFrame:
        """Each user's baskets in another order, by lot."""
        owner = self.user[self.starts]
        moved = np.lexsort((random.random(self.count), owner))
        when = self.when.gather(self.starts).gather(np.argsort(moved))
        return self.frame().with_columns(basket=when.gather(self.basket))

    def split(self, random: np.random.Generator, of: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Two windows that differ by lot only: each basket, or each user, falls into one of them."""
        codes = self.basket if of == "basket" else pl.Series(self.user).rank("dense").to_numpy().astype(np.int64)
        side = (random.random(codes.max() + 1) < 0.5)[codes]
        frame = self.frame()
        return frame.filter(side), frame.filter(~side)


def wrong(what: str, runs: int, seed: int, flagged: Mixed) -> Line:
    """How many runs flag anything."""
    random = np.random.default_rng(seed)
    return Line(what, sum(flagged(random) for _ in range(runs)), runs, WRONG_BAR)


def is_flagged(frame: pl.DataFrame) -> bool:
    """Whether any pair of a frame of rules is flagged."""
    return bool((frame["q"] <= LEVEL).any())


def usual(frame: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Pairs flagged of pairs with five baskets: by the usual test, and by s_i s_j f with Poisson's tail."""
    lines = lines_of(frame, 500)
    counted = count(lines)
    a, b = np.triu_indices(len(lines.ids), 1)
    k, s = counted.together.sum(axis=0)[a, b], counted.held.sum(axis=0)
    sizes, lines_each = counted.sizes.sum(axis=0), np.arange(counted.sizes.shape[1])
    baskets, total = sizes.sum(), sizes @ lines_each
    means = s[a] * s[b] * (sizes @ (lines_each * (lines_each - 1))) / total**2
    tested = k >= LEAST
    p = {"hypergeometric": hypergeom.sf(k[tested] - 1, baskets, s[a][tested], s[b][tested]),
         "s_i s_j f": gammainc(k[tested], means[tested])}  # fmt: skip
    return {name: (int((q_values(found) <= LEVEL).sum()), int(tested.sum())) for name, found in p.items()}


def nulls(frame: pl.DataFrame, runs: int, seed: int = SEED) -> list[Line]:
    """Rules where nothing goes together."""
    baskets, beside, found = Baskets(frame), min(runs, 20), []
    baskets.trade(np.random.default_rng(seed), 20)
    repeated: list[bool] = []

    def shuffled(random: np.random.Generator) -> bool:
        baskets.trade(random, 4)
        now = baskets.frame()
        if len(found) < beside:
            found.append(usual(now))
        repeated.append(is_flagged(rules(baskets.repeated(random), shown=1)))
        return is_flagged(rules(now, shown=1))

    lines = [wrong("shuffled baskets: runs that flag anything", runs, seed + 1, shuffled)]
    for name in ("hypergeometric", "s_i s_j f"):
        hits, of = (sum(each[name][part] for each in found) for part in (0, 1))
        lines.append(Line(f"  beside it, {name} + BH: runs", sum(each[name][0] > 0 for each in found), len(found)))
        lines.append(Line(f"  beside it, {name} + BH: pairs", hits, of))
    lines.append(Line("each household repeats one shuffled basket: runs", sum(repeated), runs, WRONG_BAR))
    return lines


def same(frame: pl.DataFrame, runs: int, seed: int = SEED) -> list[Line]:
    """Changes and directions where there are none, on the real baskets."""
    baskets = Baskets(frame)

    def changed(of: str) -> Mixed:
        return lambda random: bool(lift_changes(*baskets.split(random, of))["verdict"].is_in(["up", "down"]).any())

    def ordered(random: np.random.Generator) -> bool:
        return bool(rules(baskets.reordered(random), shown=200)["direction"].is_in(["a first", "b first"]).any())

    return [
        wrong("two windows of the same log, baskets by lot: runs with a change", runs, seed + 2, changed("basket")),
        wrong("two windows of the same log, households by lot: runs", runs, seed + 3, changed("user")),
        wrong("each household's baskets in another order: runs with a direction", runs, seed + 4, ordered),
    ]


def planted(shops: int, rows: int, first: int = 1) -> list[Line]:
    """Complements of planted shops among what is flagged; in orders, a person's purchases of one day."""
    found = confirmed = of = pairs = 0
    for seed in range(first, first + shops):
        with tempfile.TemporaryDirectory(prefix="tideline-rules-") as folder:
            settings = Settings(var=Path(folder) / "var", themes=False)
            make_planted(settings, Path(folder), make_knobs(seed=seed, rows=rows, only=["pairs"]))
            truth = json.loads((Path(folder) / "truth.json").read_text())["facts"]["pairs"]["pairs"]
            events = pl.scan_parquet(Path(folder) / "events.parquet").filter(pl.col("event_type") == "purchase")
            orders = events.select(
                user="user_id", basket=pl.col("event_time").cast(pl.Datetime).dt.date(), item="item_id"
            ).collect()
        flagged = rules(orders).filter(pl.col("q") <= LEVEL)
        lifts = {frozenset((a, b)): lift for a, b, lift in flagged.select("a", "b", "replicated_lift").iter_rows()}
        planted_pairs = [frozenset((each["item"], each["other"])) for each in truth if each["kind"] == "complement"]
        found += sum(pair in lifts for pair in planted_pairs)
        confirmed += sum((lifts.get(pair) or 0.0) > 1 for pair in planted_pairs)
        of, pairs = of + len(planted_pairs), pairs + len(flagged)
    return [
        Line(f"planted complements flagged ({shops} shops of {rows:,} rows)", found, of, FOUND_BAR, at_least=True),
        Line("  of them found in one half of the users and above 1 in the other", confirmed, of),
        Line("  part of all flagged pairs that is a planted complement", found, pairs),
    ]


def replication(frame: pl.DataFrame) -> list[Line]:
    """What one half of the households finds, in the other half."""
    lines = lines_of(frame, 500)
    half = dict(zip(frame["user"].unique().sort(), lines.half, strict=True))
    first = frame["user"].replace_strict(half) == 0
    one, other = rules(frame.filter(first)), rules(frame.filter(~first), least=1)
    pairs = other.with_columns(pl.concat_list("a", "b").list.sort().list.join("\n").alias("pair"))
    named = one.with_columns(pl.concat_list("a", "b").list.sort().list.join("\n").alias("pair"))
    met = named.join(pairs.select("pair", other="lift"), on="pair", how="left").with_columns(
        pl.col("other").fill_null(0)
    )
    flagged, best = met.filter(pl.col("q") <= LEVEL), met.head(100)
    print(
        f"the 100 surest of one half: mean lift {best['lift'].mean():.1f}, in the other half {best['other'].mean():.1f}"
    )
    return [
        Line("replication: pairs flagged in one half, of all with five baskets", len(flagged), len(one)),
        Line("  flagged there: lift above 1 in the other half", int((flagged["other"] > 1).sum()), len(flagged)),
        Line("  the 100 surest: lift above 1.5 in the other half", int((best["other"] > 1.5).sum()), len(best)),
    ]


def part(frame: pl.DataFrame, of: int) -> pl.DataFrame:
    """One household of so many."""
    return frame.filter(pl.col("user") % of == 0)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the runs and shops")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write every figure there")
    options = parser.parse_args(arguments)
    runs, shops = (RUNS // 10, SHOPS // 5) if options.quick else (RUNS, SHOPS)
    log = journey()
    third, eighth = part(log, 3), part(log, 8)
    print(f"Complete Journey: {third['user'].n_unique():,} households, "
          f"{third.select('user', 'basket').n_unique():,} baskets, {len(third):,} lines")  # fmt: skip
    found: list[Line] = []
    parts = (
        lambda: planted(shops, ROWS), lambda: replication(log), lambda: nulls(third, runs), lambda: same(eighth, runs),
    )  # fmt: skip
    for step in parts:
        for line in step():
            print(line, flush=True)
            found.append(line)
    if options.json:
        options.json.write_text(json.dumps([{**asdict(each), "interval": each.interval} for each in found], indent=1))
    return 1 if any(line.met is False for line in found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
