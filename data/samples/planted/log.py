"""The log of a planted shop: made a few days at a time, so that memory does not grow with its length."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from data.engine import working_connection
from data.errors import StoreError
from data.progress import Progress, quiet
from data.samples.planted.draws import define_draws
from data.samples.planted.effects import Effects
from data.samples.planted.events import DAY, EVENTS, PIECES, REFUNDED, REVIEWED, ROWS, SEARCHED, WARM_UP
from data.samples.planted.knobs import Knobs
from data.samples.planted.layout import Layout
from data.samples.planted.tables import SEARCH_WORDS, fill, fill_effects, fill_people, fill_words
from data.samples.planted.visits import EXTRAS, INVITATIONS, chains_sql, looks_sql, visits_sql
from data.samples.planted.words import Language
from data.settings import Settings
from data.sql import literal, literals

BATCH = 400_000
"""Visits made at a time, about two million rows."""
TRIAL = 60_000
"""Visits that are made first, to learn how many rows a visit has."""
PARTS = "(format parquet, compression lz4, row_group_size 122880)"
LASTING = {"parquet": "(format parquet, compression zstd, row_group_size 122880)", "csv": "(format csv, header)"}


@dataclass(frozen=True)
class Batch:
    """Some days of the log, and how many rows were made of them."""

    since: int
    until: int
    rows: int = 0


class LogMaker:
    """Makes the log in a folder for scratch files, within the memory limit of the settings."""

    def __init__(self, settings: Settings, knobs: Knobs, layout: Layout, work: Path) -> None:
        self.knobs, self.layout, self.work = knobs, layout, work
        self.connection = working_connection(settings)
        define_draws(self.connection, knobs.seed)

    def __enter__(self) -> "LogMaker":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def prepare(self, language: Language, items: pl.DataFrame, people: pl.DataFrame, effects: Effects) -> None:
        """Put everything that the SQL looks up into tables."""
        self.effects, self.items_an_interest = effects, items.filter(pl.col("k") == 0).height
        self.opinions, self.currency = min(len(texts) for texts in language.reviews.values()), language.currency
        fill_people(self.connection, self.knobs.seed, people, self.layout.weights)
        fill_effects(self.connection, people, effects)
        fill_words(self.connection, language, items)

    def make(self, target: Path, progress: Progress = quiet) -> int:
        """Write the log to `target`, .parquet or .csv; comes back with its rows, which are those of the knobs."""
        visits = self._visits_needed()
        while True:
            batches = self._looks(visits, progress)
            made = sum(batch.rows for batch in batches)
            if made >= self.knobs.rows:
                break
            visits = int(visits * max(self.knobs.rows / made, 1.0) * 1.02) + 100
        self._rows(batches, made - self.knobs.rows, progress)
        return self._join(target, len(batches), progress)

    def _visits_needed(self) -> int:
        """Visits that give somewhat more rows than are wanted: the surplus is taken out again."""
        made = sum(batch.rows for batch in self._looks(TRIAL, quiet, trial=True))
        wanted = self.knobs.rows * 1.01 + 10 * np.sqrt(self.knobs.rows)
        return int(TRIAL * wanted / made) + 1

    def _calendar(self, visits: int) -> list[Batch]:
        days = np.concatenate([np.ones(WARM_UP), self.effects.traffic])
        share = np.cumsum(days) / self.effects.traffic.sum() * visits
        bounds = np.concatenate([[0], np.floor(share + 0.5)]).astype(np.int64)
        counts = np.diff(bounds)
        self.connection.execute("drop table if exists calendar")
        day = np.arange(-WARM_UP, self.knobs.days)
        fill(self.connection, "calendar", pl.DataFrame({"day": day, "visits": counts, "first": bounds[:-1]}))
        batches, since, size = [Batch(-WARM_UP, 0)], 0, 0
        for number, count in enumerate(counts[WARM_UP:]):
            if size and size + count > BATCH:
                batches.append(Batch(since, number))
                since, size = number, 0
            size += count
        return [*batches, Batch(since, self.knobs.days)]

    def _look(self, batch: Batch, visits: int | None) -> None:
        """The events of one batch as table `event`; those whom campaigns brought come after all `visits`."""
        effects = self.effects
        days = {"since": batch.since, "until": batch.until}
        statements = [visits_sql(batch.since, batch.until, self.knobs.users, self.layout.transition)]
        if effects.rule:
            statements.append(chains_sql(effects))
        statements.append(looks_sql(self.items_an_interest, effects))
        if visits and effects.invitations:
            statements.append(INVITATIONS.format(first=visits * 2, **days))
        if effects.pairs:
            statements.append(EXTRAS)
        statements.append(
            EVENTS.format(
                searches=SEARCH_WORDS, searching=SEARCHED, refunded=REFUNDED, reviewed=REVIEWED, pieces=PIECES
            )
        )
        for sql in statements:
            self.connection.execute(sql).fetchall()

    def _looks(self, visits: int, progress: Progress, *, trial: bool = False) -> list[Batch]:
        """Make every event as numbers, unsorted: a file of each batch, and one of what happens after its days."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        found = []
        batches = self._calendar(visits)
        for number, batch in enumerate(batches):
            progress("making visits", 0.55 * number / len(batches))
            self._look(batch, None if trial else visits)
            end = self.knobs.days * DAY
            first, last = max(batch.since, 0) * DAY, batch.until * DAY
            within = self._part("part", number, f"t >= {first} and t < {last}")
            later = self._part("later", number, f"t >= {max(last, 0)} and t < {end}")
            found.append(Batch(batch.since, batch.until, within + later))
        for table in ("visit", "look", "event"):
            self.connection.execute(f"drop table {table}")
        return found

    def _part(self, name: str, number: int, which: str) -> int:
        path = self.work / f"{name}-{number:04}.parquet"
        sql = f"copy (select * from event where {which}) to {literal(path)} {PARTS}"
        return int(self.connection.execute(sql).fetchall()[0][0])

    def _rows(self, batches: list[Batch], surplus: int, progress: Progress) -> None:
        """Sort the events of each batch and give them their texts."""
        made = sum(batch.rows for batch in batches)
        share = np.floor(np.cumsum([batch.rows for batch in batches]) * (surplus / made) + 0.5).astype(int)
        # The warm-up has few rows in the log, and all of them later: its share falls to the first batch.
        quotas = np.diff(np.concatenate([[0], share[1:]]))
        # At most one look in six of those that may go has to go: only the likeliest are sorted.
        loose = 1 - min(6 * surplus / made, 0.6)
        for number, batch in enumerate(batches[1:], 1):
            progress("sorting events", 0.55 + 0.35 * number / len(batches))
            since = [n for n in range(number) if batches[n].until >= batch.since - WARM_UP]
            self._gather(number, since, batch)
            sql = ROWS.format(
                source="gathered", surplus=quotas[number - 1], loose=loose, opinions=self.opinions,
                first=self.knobs.first_day.isoformat(), currency=literal(self.currency),
            )  # fmt: skip
            path = self.work / f"rows-{number:04}.parquet"
            self.connection.execute(f"copy ({sql}) to {literal(path)} {PARTS}").fetchall()

    def _gather(self, number: int, earlier: list[int], batch: Batch) -> None:
        files = [self.work / f"part-{number:04}.parquet", *(self.work / f"later-{n:04}.parquet" for n in earlier)]
        self.connection.execute(
            f"create or replace temp table gathered as select * from read_parquet({literals(files)})"
            f" where t >= {batch.since * DAY} and t < {batch.until * DAY}"
        )

    def _join(self, target: Path, batches: int, progress: Progress) -> int:
        progress("writing the log", 0.92)
        files = [self.work / f"rows-{number:04}.parquet" for number in range(1, batches)]
        self.connection.execute(f"create or replace view rows as from read_parquet({literals(files)})")
        sql = f"copy rows to {literal(target)} {LASTING[target.suffix[1:]]}"
        written = int(self.connection.execute(sql).fetchall()[0][0])
        if written != self.knobs.rows:
            raise StoreError(f"{written:,} rows were written instead of {self.knobs.rows:,}. Choose another --seed.")
        return written

    def rows(self) -> duckdb.DuckDBPyConnection:
        """A connection on which the log, once made, is the view `rows`."""
        return self.connection
