"""python -m models train: learn a run from the store's log, measure it against the simple methods, and keep it."""

from argparse import ArgumentParser, Namespace
from typing import Any

from data.settings import Settings
from models.commands.progress import shown

HELP = (
    "Train the interest model: learn, measure against the simple methods, keep the run, and serve it if it is better."
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "gpu", "none"),
        default="auto",
        help="where the network learns: all GPUs or else the CPU (auto), or nowhere: the simple methods alone (none)",
    )
    parser.add_argument("--resume", action="store_true", help="go on with a training that was killed or cancelled")
    parser.add_argument("--full", action="store_true", help="learn from nothing that an earlier run knew")


def run(settings: Settings, options: Namespace) -> dict[str, Any]:
    """The run's metrics.json, with "activated" and "why": whether it serves now, in a sentence.

    SIGTERM and Ctrl-C cancel: what serves goes on, and --resume takes the training up again.
    """
    from models.job import train

    return train(
        settings, device=options.device, resume=options.resume, full=options.full, progress=shown(options)
    )  # fmt: skip


def text(result: dict[str, Any]) -> str:
    """A line per ranker, best first, and what became of the run."""
    models = result["models"]
    lines = [f"Run {result['run']}, {result['requests']:,} test requests:"]
    for name in sorted(models, key=lambda each: -models[each]["ndcg@10"]):
        each, weight = models[name], result["weights"].get(name)
        low, high = each["interval"] or (None, None)
        inside = f"  {low:.4f} to {high:.4f}" if low is not None else ""
        part = f"  {weight:4.0%} of the blend" if weight is not None else ""
        lines.append(f"  {name:<12} NDCG@10 {each['ndcg@10']:.4f}{inside}{part}")
    if result["note"]:
        lines.append(result["note"])
    lines += [f"It shows {result['chosen']}.", result["why"]]
    return "\n".join(lines)
