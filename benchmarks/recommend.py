"""Do the rankers and their blend meet their bars? python benchmarks/recommend.py [--only PART] [--wheel PATH]
[--store DIR [--items kinds] [--epochs N]] [--without network] [--seed N]

ml-100k comes from the wheel recbole 1.2.1, which is downloaded unless --wheel names it. Prints a table of all rankers
for each log and, under it, a line for each figure with its 95 % interval over people, its bar, and its target where
that is higher. Exit code 1 when a bar is missed; a target that is not reached is only told.
"""

import argparse
import subprocess
import sys
import tempfile
import zipfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.memory import keep_freed_memory  # noqa: E402  (the path comes first)

if __name__ == "__main__":
    keep_freed_memory()  # as `python -m models` does, before there are threads

from benchmarks.lines import Line  # noqa: E402
from benchmarks.recommend_shops import orderless_shop, shuffled, transition_shop  # noqa: E402
from benchmarks.recommend_stores import of_interests, of_kinds, of_known_items  # noqa: E402
from data.progress import quiet  # noqa: E402
from data.settings import Settings  # noqa: E402
from models.commands.evaluate import rankers_of  # noqa: E402
from models.commands.evaluate import text as table  # noqa: E402
from models.evaluate.leave_one_out import evaluate_leave_one_out  # noqa: E402
from models.evaluate.temporal import evaluate_temporal  # noqa: E402
from models.interactions import Interactions  # noqa: E402
from models.reading_file import read_file  # noqa: E402
from models.reading_store import interactions  # noqa: E402

WHEEL, INSIDE = "recbole==1.2.1", "recbole/dataset_example/ml-100k/ml-100k.inter"
RULES, NETWORK, BLEND = "rules", "network", "blend"
Figures = dict[str, Any]


def movie_lens(options: Namespace) -> Iterator[Line]:
    """ml-100k by both protocols; the reference's figures were taken at the cuts .7 and .8."""
    with tempfile.TemporaryDirectory(prefix="tideline-recommend-") as folder:
        path = _movie_lens_file(Path(folder), options.wheel)
        for name, one_by_one, measure in (
            ("temporal", False, evaluate_temporal),
            ("leave one out", True, evaluate_leave_one_out),
        ):
            log = read_file(path, every_row_a_step=one_by_one)
            found = measure(log, rankers_of(log, quiet, with_network=not options.without)).figures
            _print(f"ml-100k, {name}", found)
            yield _gain(f"ml-100k, {name}: blend over best rival", found, 0.08)
            if not one_by_one:
                yield from _network_alone(found)
                yield _calibration("ml-100k", found)
        print("reference, cuts .7/.8: EASE + recency .107; leave one out: sequence rules .110 (printed to compare)\n")


def planted(options: Namespace) -> Iterator[Line]:
    """Order that only a model of the sequence can know, the same without order, and a shop that never had any."""
    if options.without:
        return
    shop = transition_shop(seed=options.seed)
    told = {"transition shop": shop, "its histories shuffled": shuffled(shop, options.seed)}
    told["random-order shop"] = orderless_shop(seed=options.seed)
    found = {}
    for name, log in told.items():
        found[name] = evaluate_temporal(log, rankers_of(log, quiet, with_network=True), seed=options.seed).figures
        _print(name, found[name])
    ordered, mixed, never = found.values()
    yield _over_rivals("transition shop: network over every rival but sequence rules", ordered, least=0.2)
    yield _weight("transition shop: weight of the network in the blend", ordered, more=0.2)
    line = _over_rivals("its histories shuffled: the same, gone", mixed)
    yield replace(line, bar="interval reaches 0", met=line.low <= 0)
    yield _weight("random-order shop: weight of the network in the blend", never, less=0.1)


def store(options: Namespace) -> Iterator[Line]:
    """The log of a store: Online Retail II, or Complete Journey by product type and by product."""
    if not options.store:
        return
    settings = Settings(var=options.store.resolve())
    log = interactions(settings)
    for name in options.items or ["all"]:
        yield from _of_log(f"{options.store.name}, {name}", ITEMS[name](log, settings), options)


def _of_log(name: str, log: Interactions, options: Namespace) -> Iterator[Line]:
    rankers: list[Any] = list(rankers_of(log, quiet, with_network=not options.without))
    for each in rankers:
        if each.name == NETWORK and options.epochs:
            each.config = replace(each.config, epochs=options.epochs)
    found = evaluate_temporal(log, rankers, seed=options.seed).figures
    _print(name, found)
    yield _gain(f"{name}: blend over best rival", found, 0.05)
    yield _calibration(name, found)
    cold = found["cold_items"]
    if cold and cold["ratio"]:
        low, high = cold["ratio_interval"]
        line = Line(f"{name}: cold items, recall@10 over category popularity", cold["ratio"], low, high)
        yield _target(replace(line, bar=">= 1", met=cold["ratio"] >= 1), 1.5)
    else:
        print(f"{name}: too few cold items were asked for to tell how they are ranked\n")


ITEMS: dict[str, Callable[[Interactions, Settings], Interactions]] = {
    "all": lambda log, _: log,
    "interests": lambda log, _: of_interests(log),
    "kinds": of_kinds,
    "known": lambda log, _: of_known_items(log),
}


PARTS: dict[str, Callable[[Namespace], Iterator[Line]]] = {"ml-100k": movie_lens, "planted": planted, "store": store}


def _movie_lens_file(folder: Path, wheel: Path | None) -> Path:
    if wheel is None:
        ask = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), WHEEL]
        subprocess.run(ask, check=True)
        (wheel,) = folder.glob("*.whl")
    path = folder / "ml-100k.inter"
    with zipfile.ZipFile(wheel) as archive:
        path.write_bytes(archive.read(INSIDE))
    return path


def _print(name: str, found: Figures) -> None:
    print(f"{name}\n{table(found)}\n", flush=True)


def _ratio(what: str, found: Figures, difference: str, base: str) -> Line:
    """The blend's difference of NDCG@10 from a ranker, as a part of that ranker's own."""
    return _part(what, found["differences"][difference], found["models"][base])


def _part(what: str, each: Figures, base: Figures) -> Line:
    own = base["ndcg@10"]
    low, high = each["interval"]
    return Line(what, each["ndcg@10"] / own, low / own, high / own)


def _gain(what: str, found: Figures, target: float) -> Line:
    line = _ratio(what, found, found["best_rival"], found["best_rival"])
    return _target(replace(line, bar="interval reaches 0", met=line.high >= 0), target)


def _network_alone(found: Figures) -> Iterator[Line]:
    if NETWORK in found["models"]:
        line = _ratio("ml-100k, temporal: network alone, of best rival", found, "network_vs_best", found["best_rival"])
        share = 1 + line.figure
        line = replace(line, figure=share, low=1 + line.low, high=1 + line.high, bar=">= 0.8", met=share >= 0.8)
        yield _target(line, 0.95)


def _calibration(name: str, found: Figures) -> Line:
    ece = found["models"][BLEND]["ece"]
    met = "reached" if ece <= 0.03 else "not reached"
    return Line(f"{name}: calibration error of the blend (target 0.03 {met})", ece, ece, ece, "<= 0.05", ece <= 0.05)


def _over_rivals(what: str, found: Figures, least: float | None = None) -> Line:
    """The network over the best of all rivals but sequence rules, as a part of that one's NDCG@10."""
    models = found["models"]
    others = [name for name in models if name not in (RULES, NETWORK, BLEND)]
    best = max(others, key=lambda name: models[name]["ndcg@10"])
    line = _part(f"{what} ({best})", found["network_differences"][best], models[best])
    if least is None:
        return line
    return replace(line, bar=f">= {least:g}, interval above 0", met=line.figure >= least and line.low > 0)


def _weight(what: str, found: Figures, more: float | None = None, less: float | None = None) -> Line:
    weight = found["weights"][NETWORK]
    bar = f"> {more:g}" if more is not None else f"< {less:g}"
    met = weight > more if more is not None else less is not None and weight < less
    return Line(what, weight, weight, weight, bar, met)


def _target(line: Line, target: float) -> Line:
    reached = "reached" if line.figure >= target else "not reached"
    return replace(line, what=f"{line.what} (target {target:g} {reached})")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append", help="these parts")
    parser.add_argument("--wheel", type=Path, help="the wheel of recbole 1.2.1, if it is there already")
    parser.add_argument("--store", type=Path, metavar="DIR", help="also measure on the log of this store")
    parser.add_argument("--items", choices=ITEMS, action="append",
                        help="of the store: all, their interests or kinds (product types of Complete Journey) instead, "
                        "or those that 5 people have had")  # fmt: skip
    parser.add_argument("--without", choices=(NETWORK,), help="leave the network out, and the planted shops with it")
    parser.add_argument("--epochs", type=int, help="of a store: at most so many epochs of the network, to save time")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    lines = [line for name in options.only or PARTS for line in PARTS[name](options)]
    for line in lines:
        print(line)
    return 1 if any(not line.met for line in lines) else 0


if __name__ == "__main__":
    raise SystemExit(main())
