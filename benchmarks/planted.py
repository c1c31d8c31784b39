"""Is what was planted in a planted shop there? python benchmarks/planted.py [--seeds N] [--rows N] [--json PATH]

Makes a shop for each seed and recovers each fact by a count, a ratio or a difference of arms, each with a 95 %
interval. Held when at least 93 % of all (fact, seed) pairs lie inside their intervals, no fact less often than 16
times of 20, and when the comparisons that are known to mislead do so. Exit code 1 when it is not held.
"""

import argparse
import json
import resource
import statistics
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.evidence import Finding  # noqa: E402  (the path comes first)
from benchmarks.recovering import recover  # noqa: E402
from data.samples.planted import make_knobs, make_planted  # noqa: E402
from data.settings import Settings  # noqa: E402

SEEDS, ROWS = 20, 500_000
ALL_BAR, FACT_BAR = 0.93, 0.8


def cpu() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def findings(seeds: Iterable[int], rows: int) -> dict[int, list[Finding]]:
    """Seed -> what was recovered from the shop of that seed."""
    found = {}
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="tideline-planted-") as folder:
            settings, before = Settings(var=Path(folder) / "var", themes=False), cpu()
            make_planted(settings, Path(folder), make_knobs(seed=seed, rows=rows))
            made = cpu()
            found[seed] = recover(Path(folder))
            out = sum(not each.inside for each in found[seed] if not each.naive)
            print(f"seed {seed}: made in {made - before:.1f}, recovered in {cpu() - made:.1f} CPU s, {out} outside",
                  file=sys.stderr)  # fmt: skip
    return found


def summary(found: Mapping[int, Sequence[Finding]]) -> list[dict[str, Any]]:
    """One row a recovery: its truth and estimate on average, the half-width of its interval, how often it held."""
    rows: dict[str, list[Finding]] = {}
    for each in (each for seed in found.values() for each in seed):
        rows.setdefault(each.fact, []).append(each)
    return [
        {
            "fact": name,
            "naive": several[0].naive,
            "truth": statistics.mean(each.truth for each in several),
            "estimate": statistics.mean(each.estimate for each in several),
            "interval": statistics.mean((each.high - each.low) / 2 for each in several),
            "inside": sum(each.inside for each in several),
            "of": len(several),
        }
        for name, several in rows.items()
    ]


def held(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the right recoveries hold as often as they should, and the naive ones do not."""
    right, naive = [row for row in rows if not row["naive"]], [row for row in rows if row["naive"]]
    share = sum(row["inside"] for row in right) / sum(row["of"] for row in right)
    return (
        share >= ALL_BAR
        and all(row["inside"] >= FACT_BAR * row["of"] for row in right)
        and all(row["of"] - row["inside"] >= FACT_BAR * row["of"] for row in naive)
    )


def report(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the table, the naive comparisons marked."""
    print(f"{'fact':32}{'truth':>9}{'estimate':>10}{'+-':>8}{'inside':>9}")
    for row in rows:
        count = f"{row['inside']}/{row['of']}"
        line = f"{row['fact']:32}{row['truth']:9.3f}{row['estimate']:10.3f}{row['interval']:8.3f}{count:>9}"
        print(line + ("  misleads, as it should" if row["naive"] else ""))
    right = [row for row in rows if not row["naive"]]
    inside, of = sum(row["inside"] for row in right), sum(row["of"] for row in right)
    print(f"{inside} of {of} inside their 95 % interval ({inside / of:.1%}; bar {ALL_BAR:.0%})")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help="shops, of the seeds 1 to N")
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N", help="events of a shop")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write every finding there")
    options = parser.parse_args(arguments)
    found = findings(range(1, options.seeds + 1), options.rows)
    rows = summary(found)
    report(rows)
    if options.json:
        every = [
            {"seed": seed, **asdict(each), "inside": each.inside} for seed, several in found.items() for each in several
        ]
        options.json.write_text(json.dumps({"rows": options.rows, "summary": rows, "findings": every}, indent=1))
    return 0 if held(rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
