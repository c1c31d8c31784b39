"""One file before it is imported: what it would be read as, and the button that imports it."""

from pathlib import Path

import polars as pl
import streamlit as st

from data.companions.schema import about_of, columns_of, is_private
from data.inbox import inbox_files
from data.preview import Preview
from pages.shared import jobstrip, state
from pages.shared.parts import empty, table
from pages.start.data_views import mapping

COLUMNS = {
    "ours": st.column_config.TextColumn("Tideline's column", width="small"),
    "theirs": st.column_config.TextColumn("Column of the file", width="small"),
    "examples": st.column_config.TextColumn("First values", width="large"),
    "meaning": st.column_config.TextColumn("Meaning", width="medium"),
}


def draw(name: str) -> None:
    """The file of the inbox that the URL names, with its questions and the button that imports it."""
    path = next((each for each in inbox_files(state.settings()) if each.name == name), None)
    if path is None:
        empty(f"{name} is not in the inbox any more. Upload it again, or choose another file below.")
        return
    with st.container(border=True):
        st.subheader(f"Import {name}?", anchor=False)
        intro = st.container()
        answers = mapping.ask(path)
        intro.markdown(recognised(answers.seen))
        for warning in answers.seen.warnings:
            intro.warning(warning, icon=":material/warning:")
        table(listing(answers.seen), f"How the columns of {name} are read", key="data_mapping", columns=COLUMNS)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Import", icon=":material/play_arrow:", key="data_import", disabled=bool(answers.lacking),
                on_click=start, args=(path, answers),
            )  # fmt: skip
            st.button("Not now", key="data_not_now", on_click=state.set_param, args=("file", None))
            if answers.lacking:
                st.caption(f"Still to say: {', '.join(answers.lacking)}.")


def recognised(seen: Preview) -> str:
    """What the file looks like, in a sentence."""
    if seen.kind != "events":
        hidden = " Its values are shown on no page." if is_private(seen.kind) else ""
        return (
            f"Each row says {about_of(seen.kind)}. Its columns were matched by their names; check them first.{hidden}"
        )
    if seen.format == "tideline":
        return f"No known format, so its {len(seen.columns)} columns were matched by their names. Check them first."
    return f"Recognised as **{seen.title}**: its columns, event types and cleaning rules are known."


def listing(seen: Preview) -> pl.DataFrame:
    """One row per column of the file: ours, theirs, examples, meaning."""
    ours = {column: name for name, column in seen.mapping.items()}
    meanings = {column.name: column.meaning for column in columns_of(seen.kind)}
    unseen = "not shown" if is_private(seen.kind) else ""
    rows = [
        (ours.get(each, "kept as it is"), each, " · ".join(seen.examples[each]) or unseen,
         meanings.get(ours.get(each, ""), ""))
        for each in seen.columns
    ]  # fmt: skip
    return pl.DataFrame(rows, ["ours", "theirs", "examples", "meaning"], orient="row")


def start(path: Path, answers: mapping.Answers) -> None:
    """Hand the file to the worker and close the question."""
    options = {
        "kind": answers.seen.kind, "mapping": answers.mapping, "constants": answers.constants, "values": answers.values,
        "timezone": answers.timezone, "day_first": answers.day_first,
    }  # fmt: skip
    jobstrip.start("import_file", {"path": str(path), "options": options}, f"Import {path.name}")
    state.set_param("file", None)
