"""python -m models themes: list the themes, rename, merge and exclude them, or cluster the catalogue again."""

from argparse import ArgumentParser, Namespace
from typing import Any

import polars as pl

from data import catalogue, themes
from data.errors import InputError
from data.lock import writer_lock
from data.progress import Progress
from data.publish import republish_themes
from data.settings import Settings
from models.commands.progress import shown

HELP = "List the themes, rename, merge or exclude them, or cluster the catalogue again."

Wanted = tuple[str, str, str | None]
"""An edit as `data.themes.add_edit` takes it: action, theme id, target."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rename", action="append", default=[], metavar="ID=NAME", help="give a theme another name")
    parser.add_argument("--merge", action="append", default=[], metavar="A,B", help="let theme B join theme A")
    parser.add_argument("--exclude", action="append", default=[], metavar="ID", help="leave a theme out of every view")
    parser.add_argument("--include", action="append", default=[], metavar="ID", help="show an excluded theme again")
    parser.add_argument(
        "--recluster",
        action="store_true",
        help="sort the whole catalogue anew; themes that stay much alike keep their id and edits",
    )


def run(settings: Settings, options: Namespace) -> dict[str, Any]:
    """The themes as every view shows them, after the edits asked for: {"encoder", "themes", "unsorted", "changed"}.

    "themes" holds {"id", "name", "items", "events", "cohesion", "excluded", "merged"}, most events first, where
    "merged" lists the themes that joined; "unsorted" holds {"items", "events", "share"}, its share of all events.
    Edits are kept all or none, and published together.
    """
    wanted = _wanted(options)
    if options.recluster:
        _recluster(settings, shown(options))
    if wanted:
        _keep(settings, wanted)
    if wanted or options.recluster:
        republish_themes(settings)
    return {**listing(settings), "changed": bool(wanted or options.recluster)}


def listing(settings: Settings) -> dict[str, Any]:
    """The themes as `run` lists them, "changed" left out."""
    events = catalogue.item_events(settings)
    counts = pl.DataFrame(list(events.items()), {"item_id": pl.String, "events": pl.Int64}, orient="row")
    items = themes.theme_items(settings).join(counts, on="item_id", how="left")
    items = items.with_columns(pl.col("events").fill_null(0))
    mapping = themes.effective(settings)
    sums = {
        row["theme_id"]: row
        for row in items.join(mapping, left_on="theme", right_on="raw_id")
        .group_by("theme_id")
        .agg(items=pl.len(), events=pl.col("events").sum(), cohesion=pl.col("similarity").mean())
        .iter_rows(named=True)
    }
    empty = {"items": 0, "events": 0, "cohesion": 0.0}
    shown = []
    for theme_id, name, excluded in mapping.select("theme_id", "name", "excluded").unique("theme_id").iter_rows():
        found = sums.get(theme_id, empty)
        joined = mapping.filter((pl.col("theme_id") == theme_id) & (pl.col("raw_id") != theme_id))["raw_id"].to_list()
        shown.append(
            {"id": theme_id, "name": name, "items": found["items"], "events": found["events"],
             "cohesion": round(found["cohesion"], 3), "excluded": excluded, "merged": joined}
        )  # fmt: skip
    left = items.filter(pl.col("theme") == "")
    total = int(items["events"].sum())
    return {
        "encoder": themes.encoder(settings),
        "themes": sorted(shown, key=lambda theme: (-theme["events"], theme["id"])),
        "unsorted": {"items": len(left), "events": int(left["events"].sum()),
                     "share": round(left["events"].sum() / total, 4) if total else 0.0},
    }  # fmt: skip


def text(result: dict[str, Any]) -> str:
    """A line per theme and one for what is unsorted."""
    if result["encoder"] is None:
        return "There are no themes yet: import a log with item names first."
    lines = [f"{'id':<6}{'items':>8}{'events':>11}{'cohesion':>10}  name"]
    for theme in result["themes"]:
        notes = [f"with {', '.join(theme['merged'])}"] if theme["merged"] else []
        notes += ["excluded"] if theme["excluded"] else []
        note = f" ({'; '.join(notes)})" if notes else ""
        figures = f"{theme['items']:>8,}{theme['events']:>11,}{theme['cohesion']:>10.2f}"
        lines.append(f"{theme['id']:<6}{figures}  {theme['name']}{note}")
    unsorted = result["unsorted"]
    count = len(result["themes"])
    lines.append(f"{count} themes; {unsorted['items']:,} items are unsorted: {unsorted['share']:.1%} of events.")
    return "\n".join(lines)


def _wanted(options: Namespace) -> list[Wanted]:
    wanted: list[Wanted] = []
    for given in options.rename:
        theme_id, equals, name = given.partition("=")
        if not equals:
            raise InputError(f"--rename {given}: there is no '=' in it. Write the theme's id, '=' and its new name.")
        wanted.append(("rename", theme_id.strip(), name))
    for given in options.merge:
        pair = [part.strip() for part in given.split(",")]
        if len(pair) != 2 or not all(pair):
            raise InputError(f"--merge {given}: two theme ids are needed. Write A,B for B to join A.")
        wanted.append(("merge", pair[1], pair[0]))
    wanted += [("exclude", given.strip(), None) for given in options.exclude]
    wanted += [("include", given.strip(), None) for given in options.include]
    return wanted


def _keep(settings: Settings, wanted: list[Wanted]) -> None:
    kept: list[int] = []
    try:
        for action, theme_id, target in wanted:
            kept.append(themes.add_edit(settings, action, theme_id, target))
    except InputError:
        for edit in kept:
            themes.remove_edit(settings, edit)
        raise


def _recluster(settings: Settings, progress: Progress) -> None:
    from models.encode import run as encode

    with writer_lock(settings):
        result = encode(settings, progress, recluster=True)
    if result["encoder"] is None:
        raise InputError("There are no item names to make themes of: import a log with item names first.")
