"""Paths and limits, read from the environment once and handed down as an argument."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where everything written at run time lies, and the limits that imports keep to."""

    var: Path
    root: Path = ROOT
    memory_limit: str = "1GB"
    """What DuckDB may hold while importing; beyond it, it spills to var/tmp."""
    build_memory_limit: str = "2GB"
    """The same while rolling up: with less, joins over a hundred million events cost twice as much."""
    threads: int = 2
    themes: bool = True
    """Whether imports run the language model. Off, interests are the log's own categories, brands and items."""

    @property
    def ledger_path(self) -> Path:
        return self.var / "ledger.sqlite"

    @property
    def lake(self) -> Path:
        return self.var / "lake" / "events"

    @property
    def rejects(self) -> Path:
        return self.var / "lake" / "rejects"

    @property
    def overlaps(self) -> Path:
        return self.var / "lake" / "overlaps"

    @property
    def companions(self) -> Path:
        return self.var / "lake" / "companions"

    @property
    def identity(self) -> Path:
        return self.var / "identity"

    @property
    def serve(self) -> Path:
        return self.var / "serve"

    @property
    def tmp(self) -> Path:
        return self.var / "tmp"

    @property
    def inbox(self) -> Path:
        return self.var / "inbox"

    @property
    def text_dir(self) -> Path:
        return self.var / "text"

    @property
    def jobs_path(self) -> Path:
        return self.var / "jobs.sqlite"


def load_settings() -> Settings:
    """The settings of this process: TIDELINE_VAR moves the store, TIDELINE_THEMES=0 leaves the language model out.

    A relative TIDELINE_VAR is taken from the repository, never from the working directory, so that the app, the
    worker and the command line always mean the same store.
    """
    var = Path(os.environ.get("TIDELINE_VAR") or "var")
    return Settings(var=(ROOT / var).resolve(), themes=os.environ.get("TIDELINE_THEMES", "1") != "0")
