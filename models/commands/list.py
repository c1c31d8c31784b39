"""python -m models list: the runs of training, which one serves, and what each came to."""

from argparse import ArgumentParser, Namespace
from typing import Any

from data.settings import Settings

HELP = "List the runs of training: what each shows, how good it is, and which one serves."


def add_arguments(parser: ArgumentParser) -> None:
    """There are none."""


def run(settings: Settings, options: Namespace) -> dict[str, Any]:
    """{"active", "previous", "training", "runs"}, the newest run first.

    A run is {"run", "made", "data_version", "active", "chosen", "ndcg@10", "interval", "best_rival", "difference",
    "difference_interval"}: NDCG@10 of what it shows with its 95 % interval, and what its blend adds to the best simple
    rival. "training" is {"run", ...status} of a run that is not finished, else null.
    """
    from models import runs

    serving, begun = runs.active(settings), runs.training(settings)
    return {
        "active": serving.id if serving else None,
        "previous": runs.previous(settings),
        "training": {"run": begun.id, **begun.status} if begun else None,
        "runs": [_told(each) for each in runs.runs(settings)],
    }


def text(result: dict[str, Any]) -> str:
    """A line per run, one for a training that is not finished."""
    lines = []
    begun = result["training"]
    if begun:
        lines.append(f"Run {begun['run']} is {begun['state']}: {begun['message'] or begun['stage']}.")
    if not result["runs"]:
        lines.append("There are no runs yet. Train one: python -m models train.")
        return "\n".join(lines)
    lines.append(f"{'':<2}{'run':<20}{'data':>5}  {'shows':<12}{'NDCG@10':>8}  blend against its best rival")
    for each in result["runs"]:
        mark = "*" if each["active"] else " "
        ndcg = f"{each['ndcg@10']:.4f}" if each["ndcg@10"] is not None else ""
        against = ""
        if each["difference"] is not None and each["difference_interval"]:
            low, high = each["difference_interval"]
            against = f"{each['difference']:+.4f} ({low:+.4f} to {high:+.4f}) over {each['best_rival']}"
        version = each["data_version"] if each["data_version"] is not None else ""
        lines.append(f"{mark:<2}{each['run']:<20}{version:>5}  {each['chosen']:<12}{ndcg:>8}  {against}")
    lines.append("* serves." if result["active"] else "None serves: python -m models activate RUN.")
    return "\n".join(lines)


def _told(run: Any) -> dict[str, Any]:
    metrics = run.metrics
    shown = (metrics.get("models") or {}).get(run.chosen) or {}
    rival = metrics.get("best_rival")
    against = (metrics.get("differences") or {}).get(rival) or {}
    return {
        "run": run.id, "made": run.made.isoformat(), "data_version": metrics.get("data_version"),
        "active": run.is_active, "chosen": run.chosen, "ndcg@10": shown.get("ndcg@10"),
        "interval": shown.get("interval"), "best_rival": rival, "difference": against.get("ndcg@10"),
        "difference_interval": against.get("interval"),
    }  # fmt: skip
