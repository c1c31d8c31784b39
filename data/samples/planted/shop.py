"""A planted shop written into a folder: its log, its companion files, and the truth about it."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.errors import InputError
from data.progress import Progress, quiet
from data.samples.planted.catalogue import interest_paths, language, make_catalogue
from data.samples.planted.companions import KINDS, write_companions
from data.samples.planted.effects import Effects
from data.samples.planted.facts import Shop, plant
from data.samples.planted.knobs import Knobs
from data.samples.planted.layout import make_layout
from data.samples.planted.log import LogMaker
from data.samples.planted.people import make_people
from data.samples.planted.truth import TRUTH_FILE, USERS_FILE, write_truth
from data.settings import Settings

FILES = ("events.parquet", "events.csv", *(f"{kind}.csv" for kind in KINDS), USERS_FILE)
"""What a planted shop may consist of, besides the truth."""


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

    The same knobs give the same rows in the same order, at any number of threads. A planted shop that lies there is
    replaced when the new one is whole. Raises InputError for a folder that holds something else under those names.
    """
    _check_folder(folder)
    layout = make_layout(knobs)
    items, people = make_catalogue(knobs), make_people(knobs, layout)
    shop = Shop(knobs, layout, interest_paths(knobs), items, people, Effects(np.ones(knobs.days)))
    facts = plant(shop)
    with tempfile.TemporaryDirectory(prefix=".planted-", dir=folder) as work:
        new, scratch = Path(work) / "new", Path(work) / "scratch"
        new.mkdir()
        with LogMaker(settings, knobs, layout, scratch) as maker:
            maker.prepare(language(knobs), items, shop.people, shop.effects)
            maker.make(new / f"events.{kind}", progress)
            write_companions(shop, facts, maker.rows(), new)
        write_truth(shop, facts, new)
        _move(new, folder)
    return Planted(folder, folder / f"events.{kind}", folder / TRUTH_FILE)


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = [name for name in FILES if (folder / name).exists()]
        with tempfile.TemporaryDirectory(prefix=".planted-", dir=folder):
            pass
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}. Choose another folder.") from error
    if found and not (folder / TRUTH_FILE).exists():
        raise InputError(
            f"{folder} holds {found[0]} but no {TRUTH_FILE}, so it is no planted shop and was left as it is. Choose an"
            " empty folder."
        )


def _move(new: Path, folder: Path) -> None:
    """Put the new shop in the place of the old one; the truth goes first and comes last."""
    (folder / TRUTH_FILE).unlink(missing_ok=True)
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
        if (new / name).exists():
            os.replace(new / name, folder / name)
    os.replace(new / TRUTH_FILE, folder / TRUTH_FILE)
