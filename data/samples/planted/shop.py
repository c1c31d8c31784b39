"""A planted shop written into a folder: its log, its companion files, and the truth about it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.progress import Progress, quiet
from data.samples.planted.catalogue import interest_paths, language, make_catalogue
from data.samples.planted.companions import write_companions
from data.samples.planted.effects import Effects
from data.samples.planted.facts import Shop, plant
from data.samples.planted.knobs import Knobs
from data.samples.planted.layout import make_layout
from data.samples.planted.log import LogMaker
from data.samples.planted.people import make_people
from data.samples.planted.truth import write_truth
from data.settings import Settings


@dataclass(frozen=True)
class Planted:
    """Where a planted shop lies."""

    folder: Path
    events: Path
    truth: Path


def make_planted(
    settings: Settings, folder: Path, knobs: Knobs, *, kind: str = "parquet", progress: Progress = quiet
) -> Planted:
    """Write a planted shop into `folder`: events.parquet (or .csv, by `kind`), companion files and truth.json.

    The same knobs give the same rows in the same order, at any number of threads.
    """
    folder.mkdir(parents=True, exist_ok=True)
    layout = make_layout(knobs)
    items, people = make_catalogue(knobs), make_people(knobs, layout)
    shop = Shop(knobs, layout, interest_paths(knobs), items, people, Effects(np.ones(knobs.days)))
    facts = plant(shop)
    work = folder / "work"
    found = Planted(folder, folder / f"events.{kind}", folder / "truth.json")
    try:
        with LogMaker(settings, knobs, layout, work) as maker:
            maker.prepare(language(knobs), items, shop.people, shop.effects)
            maker.make(found.events, progress)
            write_companions(shop, facts, maker.rows(), folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    write_truth(shop, facts, folder)
    return found
