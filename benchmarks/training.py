"""How fast the network learns beside PyTorch: python -m benchmarks.training [--torch PYTHON] [--rounds N] [--users N]
[--out FILE]

A planted log in the shape of a published one (22,363 people x 12,101 items, 8.9 events each), in which what comes next
is partly told by what came before. Both models have d = 64 and 2 blocks and learn on one thread, an epoch each in
turn; the figure is target positions per CPU second, packing and sampling included, compiling not. NDCG@10 of a held-out
last item, ranked among all items, shows that both learn: ours at cross-entropy quality, the rival above popularity.
--torch names a Python that has PyTorch (see `benchmarks.sasrec`). Exit code 1 below 3x.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    from models.memory import keep_freed_memory

    keep_freed_memory()  # as `python -m models` does, before there are threads

import numpy as np

from benchmarks.table import Line, report, write
from data.settings import ROOT
from models.interactions import Catalogue, Interactions, Requests, arranged

USERS, ITEMS, MEAN, LEAST = 22_363, 12_101, 8.9, 5
FLOOR, TARGET = 3.0, 5.0
FOLLOWS, SUCCESSORS = 0.6, 4
"""How likely the next item is one of the last item's successors, and how many of those an item has."""
DAY, START = 86_400, 1_600_000_000
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


def planted_log(users: int, items: int, seed: int = 0) -> tuple[Interactions, np.ndarray]:
    """The log, and the item that each person takes next (users,). Lengths are LEAST and a geometric rest."""
    rng = np.random.default_rng(seed)
    sizes = LEAST - 1 + rng.geometric(1 / (MEAN - LEAST + 1), users)
    popular = 1 / (np.arange(items) + 20.0) ** 0.8
    cumulative = np.cumsum(popular / popular.sum())
    successors = np.searchsorted(cumulative, rng.random((items, SUCCESSORS)))
    longest = int(sizes.max()) + 1
    drawn = np.minimum(np.searchsorted(cumulative, rng.random((users, longest))), items - 1).astype(np.int32)
    for place in range(1, longest):
        follows = rng.random(users) < FOLLOWS
        chosen = successors[drawn[:, place - 1], rng.integers(0, SUCCESSORS, users)]
        drawn[:, place] = np.where(follows, np.minimum(chosen, items - 1), drawn[:, place])
    user = np.repeat(np.arange(users, dtype=np.int32), sizes)
    place = np.arange(len(user)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    begins = START + rng.integers(0, 300, users) * DAY
    time_ = begins[user] + place * DAY
    names = [str(number) for number in range(items)]
    catalogue = Catalogue(names, names, np.full(items, -1, np.int32), [], [])
    log = arranged(user, drawn[user, place], time_, users=[str(n) for n in range(users)], catalogue=catalogue)
    return log, drawn[np.arange(users), sizes]


class Network:
    """Ours, in this process."""

    def __init__(self, log: Interactions, held_out: np.ndarray, **knobs: Any) -> None:
        from models.network.config import NetworkConfig
        from models.network.devices import devices

        cpu = devices("cpu")
        from models.network.training import Trainer

        config = replace(NetworkConfig(width=64, blocks=2, **knobs).for_log(log), mask_seen=False)
        self.trainer, self.log, self.held_out = Trainer(log, config, cpu), log, held_out
        self.epoch = 0

    def train(self) -> dict[str, float]:
        """One epoch: {"positions", "cpu_s", "loss", "fill"}."""
        from models.network.packing import Fill

        steps, fill = self.trainer.steps, Fill()
        if not self.epoch:
            steps.step(next(iter(steps.dataset(10_000, Fill()))), 8)  # compiles
        began = time.process_time()
        losses = [steps.step(batch, number) for number, batch in enumerate(steps.dataset(self.epoch, fill), start=1)]
        steps.average()
        loss = float(np.mean([float(each) for each in losses]))
        self.epoch += 1
        used = time.process_time() - began
        return {"positions": fill.targets, "cpu_s": used, "loss": loss, "fill": fill.share}

    def rank(self) -> dict[str, float]:
        """{"ndcg@10"} of each person's held-out item among all items."""
        steps, users = self.trainer.steps, self.log.users
        raw = steps.weights()
        steps.give_weights(steps.averaged())
        last = self.log.time[self.log.offsets[1:] - 1]
        requests = Requests(
            np.arange(users, dtype=np.int32), self.log.offsets[1:], last + DAY, self.held_out.astype(np.int32),
            np.arange(users + 1, dtype=np.int64),
        )  # fmt: skip
        found = self.trainer.scoring.quality(self.log, requests)
        steps.give_weights(raw)
        return {"ndcg@10": found[0]}


class Child:
    """The rival, in a process of its own."""

    def __init__(self, python: str, log: Interactions, held_out: np.ndarray, folder: Path) -> None:
        path = folder / "log.npz"
        np.savez(path, item=log.item, offsets=log.offsets, items=log.catalogue.items, held_out=held_out, blocks=2)
        script = Path(__file__).with_name("sasrec.py")
        self.process = subprocess.Popen(
            [python, str(script), str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **ONE_THREAD},
        )  # fmt: skip

    def ask(self, what: str) -> dict[str, float]:
        """What the rival answers to 'train' or 'rank'."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(what, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("The rival ended: does --torch name a Python with PyTorch? See benchmarks/sasrec.py.")
        return dict(json.loads(answer))


def run(users: int, items: int, rounds: int, python: str, **knobs: Any) -> list[Line]:
    """Both models in turn; the lines of the table. Each trains `rounds` epochs; the rival's first, which fills its
    caches, counts like all others."""
    log, held_out = planted_log(users, items)
    ours = Network(log, held_out, **knobs)
    rates: dict[str, list[float]] = {"ours": [], "rival": []}
    fill = 0.0
    with tempfile.TemporaryDirectory() as folder:
        child = Child(python, log, held_out, Path(folder))
        for number in range(rounds):
            for name, train in (("ours", ours.train), ("rival", lambda: child.ask("train"))):
                found = train()
                rates[name].append(found["positions"] / found["cpu_s"])
                fill = found.get("fill", fill)
                print(f"round {number + 1}, {name}: {rates[name][-1]:,.0f} positions / CPU s, loss {found['loss']:.3f}",
                      file=sys.stderr, flush=True)  # fmt: skip
        quality = {"ours": ours.rank()["ndcg@10"], "rival": child.ask("rank")["ndcg@10"]}
        child.process.terminate()
        child.process.wait()
    popular = np.argsort(-np.bincount(log.item, minlength=items))[:10]
    rank = np.array([np.flatnonzero(popular == item)[0] if item in popular else 99 for item in held_out])
    popularity = float(np.where(rank < 10, 1 / np.log2(rank + 2.0), 0).mean())
    mine, theirs = (float(np.median(rates[name])) for name in ("ours", "rival"))
    each = [one / other for one, other in zip(rates["ours"], rates["rival"], strict=True)]
    note = f"{mine / theirs:.2f}x (rounds {min(each):.2f} to {max(each):.2f}); floor {FLOOR:g}x, target {TARGET:g}x"
    return [
        Line("training", "CPU microseconds a position", 1e6 / mine, "us", rival=f"PyTorch SASRec {1e6 / theirs:.0f} us",
             ratio=theirs / mine, ratio_budget=1 / FLOOR, note=note),
        Line("training", f"NDCG@10 after {rounds} epochs", quality["ours"], "",
             rival=f"PyTorch {quality['rival']:.4f}, popularity {popularity:.4f}",
             failed=min(quality.values()) <= popularity),
        Line("training", "fill of packed rows", fill, ""),
    ]  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 below the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch", default=sys.executable, help="a Python with PyTorch")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench" / "training.json")
    options = parser.parse_args(arguments)
    os.environ.update(ONE_THREAD)
    lines = run(options.users, options.items, options.rounds, options.torch)
    print(report(lines))
    write(options.out, {"users": options.users, "items": options.items, "rounds": options.rounds}, lines)
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
