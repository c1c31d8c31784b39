"""python -m models evaluate: how well each ranker and their blend say what comes next, on a later part of the log.

What measures is imported when it runs: imports start this command line to encode, and should not wait for it.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from data.progress import Progress
from data.settings import Settings
from models.commands.progress import shown
from models.interactions import Interactions
from models.ranking import Ranker

HELP = "Measure the simple rivals, the network and their blend on a later part of the log, or of a file."


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--protocol",
        choices=("temporal", "loo"),
        default="temporal",
        help="temporal: learn from the past, answer what came later; loo: leave the last event of each person out, "
        "which is only to compare with published tables",
    )
    parser.add_argument(
        "--file", type=Path, metavar="FILE", help="a CSV file user,item,timestamp instead of the store's own log"
    )
    parser.add_argument("--without", choices=("network",), help="leave the network out: seconds instead of minutes")


def run(settings: Settings, options: Namespace) -> dict[str, Any]:
    """The figures of `models.evaluate.protocol.evaluate`, with "protocol" and what belongs to it."""
    from models.evaluate.leave_one_out import evaluate_leave_one_out
    from models.evaluate.temporal import evaluate_temporal
    from models.reading_file import read_file

    progress = shown(options)
    is_loo = options.protocol == "loo"
    log = read_file(options.file, every_row_a_step=is_loo) if options.file else _of_the_store(settings)
    rankers = rankers_of(log, progress, with_network=options.without != "network")
    measure = evaluate_leave_one_out if is_loo else evaluate_temporal
    return measure(log, rankers, progress).figures


def rankers_of(log: Interactions, progress: Progress, *, with_network: bool) -> list[Ranker]:
    """Every simple rival that the catalogue allows, and the network where the log is large enough for one."""
    from models.baselines import rivals
    from models.job import FEW_EVENTS, FEW_PEOPLE

    found = rivals(log.catalogue)
    if with_network and log.events >= FEW_EVENTS and log.users >= FEW_PEOPLE:
        from models.network.ranker import NetworkRanker

        found.append(NetworkRanker(progress=progress))
    return found


def text(result: dict[str, Any]) -> str:
    """A line per ranker, best first, and what is best by how much."""
    models = result["models"]
    lines = [
        f"{'':<12}{'NDCG@10':>9}  {'95 %':<15}{'recall@10':>10}{'log-loss':>10}{'ECE':>7}{'coverage':>10}{'CPU s':>8}"
    ]
    for name in sorted(models, key=lambda each: -models[each]["ndcg@10"]):
        each = models[name]
        low, high = each["interval"]
        lines.append(
            f"{name:<12}{each['ndcg@10']:>9.4f}  {f'{low:.4f}-{high:.4f}':<15}{each['recall@10']:>10.4f}"
            f"{each['logloss']:>10.3f}{each['ece']:>7.3f}{each['coverage@10']:>10.1%}{each['seconds']:>8.1f}"
        )
    best = result["best_rival"]
    difference = result["differences"][best]
    gain, (low, high) = difference["ndcg@10"], difference["interval"]
    base = models[best]["ndcg@10"]
    share = f"{gain / base:+.1%} of {best}'s" if base else f"more than {best}"
    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in result["weights"].items() if weight >= 0.005)
    lines.append(f"Blend minus best rival: {gain:+.4f} ({low:+.4f} to {high:+.4f}), {share}. Weights: {weights}.")
    sampled = result["requests"] < result["requests_asked"]
    of = f" of {result['requests_asked']:,}, drawn at random," if sampled else ""
    lines.append(f"{result['requests']:,} requests{of} of {result['users']:,} people, {result['items']:,} items.")
    return "\n".join([*lines, result["note"]] if "note" in result else lines)


def _of_the_store(settings: Settings) -> Interactions:
    from models.job import MOST_EVENTS
    from models.reading_store import interactions

    return interactions(settings, most=MOST_EVENTS)
