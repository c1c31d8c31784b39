"""What each command of `python -m data` does: comes back with its JSON object, its text for people, its exit code."""

import sys
from argparse import Namespace
from typing import Any

from data import jobs, ledger, pipeline
from data.companions.rules import meanings
from data.companions.schema import COMPANIONS
from data.companions.templates import template_text
from data.errors import AppError, InputError, StoreError
from data.formats import FORMATS
from data.ingest import ImportOptions
from data.publish import is_stale, publish
from data.rejects import rejects as refused_rows
from data.samples.planted import Knobs, companion_files, make_planted, planted_knobs, planted_sample
from data.schema import EVENT_COLUMNS, EVENT_KINDS, Column
from data.serving import serve_files
from data.settings import Settings
from data.store import concern, open_store
from data.trouble import must_be_whole

Answer = tuple[dict[str, Any] | None, str, int]


def import_files(settings: Settings, options: Namespace) -> Answer:
    """Import each file; of several, those that can be read come in even when one cannot."""
    values = {}
    for name, ours in options.value:
        if options.kind in COMPANIONS:
            values[name] = ours
            continue
        column, colon, theirs = name.partition(":")
        if column != "event_type" or not colon:
            raise InputError(f"--value {name}={ours}: write it as event_type:THEIRS=OURS.")
        values[theirs] = ours
    chosen = ImportOptions(
        kind=options.kind,
        format=options.format,
        mapping=dict(options.map),
        constants=dict(options.set),
        values=values,
        timezone=options.timezone,
        day_first=options.day_first,
    )
    receipts: list[dict[str, Any]] = []
    failed = 0
    for path in options.files:
        try:
            receipts.append(pipeline.import_file(settings, path, chosen, dry_run=options.dry_run))
        except AppError as error:
            if len(options.files) == 1:
                raise
            failed += 1
            receipts.append({"file": str(path), "error": error.message})
            print(f"{path}: {error.message}", file=sys.stderr)
    text = "\n".join(receipt_text(receipt) for receipt in receipts if "error" not in receipt)
    return (receipts[0] if len(options.files) == 1 else {"receipts": receipts}), text, 1 if failed else 0


def receipt_text(receipt: dict[str, Any]) -> str:
    """A receipt in words."""
    rows = receipt["rows"]
    lines = [
        f"{receipt['file']} as {receipt['import']} ({_what(receipt)}): {rows['read']:,} rows read ="
        f" {rows['kept']:,} kept"
        f" + {rows['duplicate']:,} duplicate + {rows['rejected']:,} refused",
        *(f"  {count:>9,} refused: {reason}" for reason, count in receipt["rejected_by_reason"].items()),
        *(f"  {count:>9,} {kind}" for kind, count in receipt["events_by_type"].items()),
        f"  {_reach(receipt)}",
        *(f"  note: {warning}" for warning in receipt["warnings"]),
    ]
    return "\n".join(lines)


def _what(receipt: dict[str, Any]) -> str:
    kind = receipt.get("kind", "events")
    return receipt["format"] if kind == "events" else kind


def _reach(receipt: dict[str, Any]) -> str:
    counts = [f"{receipt[what]:,} {what}" for what in ("users", "items") if receipt[what] is not None]
    if receipt["first"]:
        counts.append(f"{receipt['first']} to {receipt['last']} ({receipt['timezone']})")
    elif receipt.get("kind", "events") in EVENT_KINDS:
        counts.append("no new event")
    return ", ".join(counts)


def imports(settings: Settings, options: Namespace) -> Answer:
    """Every import, oldest first."""
    rows = [
        {
            "import": row.import_id,
            "status": row.status,
            "file": row.file_name,
            "kind": row.kind,
            "format": row.format,
            "sample": row.sample,
            "rows": row.receipt["rows"],
            "first": row.receipt["first"],
            "last": row.receipt["last"],
            "imported_at": row.imported_at.isoformat(),
            "undone_at": row.undone_at.isoformat() if row.undone_at else None,
        }
        for row in ledger.imports(settings)
    ]
    lines = [
        f"{r['import']}  {r['status']:<7} {r['kind']:<10} {r['rows']['kept']:>12,} kept"
        f"  {r['imported_at']}  {r['file']}"
        for r in rows
    ]
    return {"imports": rows}, "\n".join(lines) or "Nothing was imported yet.", 0


def undo(settings: Settings, options: Namespace) -> Answer:
    """Take one import back."""
    result = pipeline.undo_import(settings, options.import_id)
    handed = f"; {result['handed_over']:,} stay, for a later import holds them too" if result["handed_over"] else ""
    return result, f"{result['import']} was taken back: {result['removed']:,} rows{handed}.", 0


def rejects(settings: Settings, options: Namespace) -> Answer:
    """Write refused rows to a file."""
    frame = refused_rows(settings, options.import_id)
    suffix = options.out.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise InputError(f"--out {options.out}: write to a file that ends in .csv or .parquet.")
    try:
        frame.write_csv(options.out) if suffix == ".csv" else frame.write_parquet(options.out)
    except OSError as error:
        raise InputError(f"--out {options.out} cannot be written: {error.strerror}. Choose another place.") from error
    return (
        {"import": options.import_id, "rows": frame.height, "out": str(options.out)},
        (f"{frame.height:,} refused rows written to {options.out}."),
        0,
    )


def formats(settings: Settings, options: Namespace) -> Answer:
    """What is recognised."""
    known = [
        {"name": f.name, "title": f.title, "columns": list(f.header), "source": f.source,
         "rules": {rule.reason: rule.meaning for rule in f.rules}}
        for f in FORMATS.values()
    ]  # fmt: skip
    columns = [_column(c) for c in EVENT_COLUMNS]
    companions: dict[str, dict[str, Any]] = {
        kind.name: {"title": kind.title, "about": kind.about, "columns": [_column(f) for f in kind.fields],
                    "reasons": meanings(kind.name)}
        for kind in COMPANIONS.values()
    }  # fmt: skip
    lines = [f"{f['name']:<18} {f['title']}: {', '.join(f['columns']) or 'the columns below'}" for f in known]
    lines += ["", *(_column_line(c) for c in columns)]
    for name, kind in companions.items():
        lines += ["", f"--kind {name}: {kind['about']}", *(_column_line(c) for c in kind["columns"])]
    return {"formats": known, "columns": columns, "companions": companions}, "\n".join(lines), 0


def _column(column: Column) -> dict[str, Any]:
    return {"name": column.name, "meaning": column.meaning, "required": column.required, "also": list(column.also)}


def _column_line(column: dict[str, Any]) -> str:
    return f"{column['name']:<14} {'required  ' if column['required'] else '          '}{column['meaning']}"


def template(settings: Settings, options: Namespace) -> Answer:
    """Write a file with the header of a kind and example rows."""
    text = template_text(options.kind)
    try:
        options.out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"--out {options.out} cannot be written: {error.strerror}. Choose another place.") from error
    columns = text.partition("\n")[0].split(",")
    said = f"Header and two example rows for {options.kind} written to {options.out}."
    return {"kind": options.kind, "columns": columns, "out": str(options.out)}, said, 0


def status(settings: Settings, options: Namespace) -> Answer:
    """What the store holds, as it is served."""
    store = open_store(settings)
    active = [job for job in jobs.jobs(settings) if job.status in ("queued", "running")]
    result: dict[str, Any] = {
        "data_version": ledger.data_version(settings),
        "sample": ledger.get_state(settings, "sample"),
        "events": 0,
        "users": 0,
        "items": 0,
        "first": None,
        "last": None,
        "jobs": [
            {"id": j.id, "title": j.title, "status": j.status, "stage": j.stage, "percent": j.percent} for j in active
        ],
        "served_version": store.version if store else 0,
        "stale": is_stale(settings),
        "problem": concern(settings, store) if store else None,
        "themes_problem": ledger.get_state(settings, "themes_problem"),
    }
    if store and not store.meta.is_empty:
        meta = store.meta
        result |= {"events": meta.events, "users": meta.users, "items": meta.items,
                   "first": meta.first_event.isoformat(), "last": meta.last_event.isoformat()}  # fmt: skip
    text = (
        f"{result['events']:,} events of {result['users']:,} users and {result['items']:,} items,"
        f" {result['first']} to {result['last']}; data version {result['data_version']}"
        if result["events"]
        else "The store is empty. Import a log with `python -m data import FILE`,"
        " or try `python -m data sample online-retail-ii`."
    )
    return result, "\n".join(filter(None, (text, result["problem"]))), 0


def sample(settings: Settings, options: Namespace) -> Answer:
    """Load a sample; with --if-new only into a store that never held anything."""
    knobs = planted_knobs(options)
    if knobs and options.out:
        return _write_planted(settings, knobs, options)
    if options.if_new and (ledger.data_version(settings) or serve_files(settings)):
        return {"loaded": False}, _up_to_date(settings), 0
    receipt = pipeline.load_sample(settings, options.name, made=planted_sample(knobs) if knobs else None)
    return receipt, "\n".join(receipt_text(each) for each in (receipt, *receipt["companions"])), 0


def _up_to_date(settings: Settings) -> str:
    """Publish what an interrupted writer left; where that fails but pages can be shown, comes back with the reason."""
    try:
        if is_stale(settings):
            pipeline.bring_up_to_date(settings)
    except StoreError as error:
        if open_store(settings) is None:
            raise
        return error.message
    return ""


def _write_planted(settings: Settings, knobs: Knobs, options: Namespace) -> Answer:
    """Write a planted shop into a folder and import nothing."""
    found = make_planted(settings, options.out, knobs, kind=options.format or "parquet")
    files = {path.stem: str(path) for path in (found.events, *companion_files(options.out).values(), found.truth)}
    return (
        {"out": str(options.out), "rows": knobs.rows, "users": knobs.users, "facts": list(knobs.facts), "files": files},
        f"{knobs.rows:,} events of {knobs.users:,} users written to {options.out}: {', '.join(files)}.",
        0,
    )


def rebuild(settings: Settings, options: Namespace) -> Answer:
    """Build the served file anew from the lake."""
    must_be_whole(settings, "the rebuild")
    version = publish(settings, rebuild=True)
    return {"data_version": version}, f"Built anew from the lake; data version {version} is served.", 0


def worker(settings: Settings, options: Namespace) -> Answer:
    """Run queued jobs until stopped."""
    from data.worker import work

    work(settings)
    return None, "", 0


def run_job(settings: Settings, options: Namespace) -> Answer:
    """Run one job."""
    from data.worker import run_job as run

    run(settings, options.job_id)
    return None, "", 0


def serve(settings: Settings, options: Namespace) -> Answer:
    """Start the app and the worker, and stop both together."""
    from data.launcher import launch

    return None, "", launch(settings)
