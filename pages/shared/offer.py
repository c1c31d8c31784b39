"""The ways in: sample shops with one click, an upload, files already lying in the inbox."""

import streamlit as st

from data.inbox import inbox_files, save_upload
from data.samples import SAMPLES, Sample
from data.store import Store
from pages.shared import jobstrip, state, wording
from pages.shared.parts import block

KINDS = ["csv", "gz", "parquet"]
UPLOAD_LIMIT_MB = 200


def samples(columns: int, *, key: str, disabled: bool = False) -> None:
    """One card per sample shop; its button starts the job that loads it."""
    with st.grid(columns, min_column_width=240, gap="medium"):
        for sample in SAMPLES.values():
            _card(sample, key, disabled)


def _card(sample: Sample, key: str, disabled: bool) -> None:
    with st.container(border=True, height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{sample.title}**", width="content")
            if sample.simulated:
                st.badge("simulated", icon=":material/science:", color="orange", width="content")
            else:
                st.badge("real shop", icon=":material/storefront:", color="green", width="content")
        st.markdown(sample.description)
        st.caption(f"{wording.number(sample.rows)} rows · {sample.licence}")
        if st.button("Load", key=f"{key}_load_{sample.name}", icon=":material/play_arrow:", disabled=disabled):
            jobstrip.start("load_sample", {"name": sample.name}, f"Load {sample.title}")
            st.rerun()


def upload(*, key: str, label: str = "Upload a log") -> None:
    """A file picker; what comes in lands in the inbox and is opened for a look before anything is imported."""
    taken = int(st.session_state.get(state.UPLOADS, 0))
    file = st.file_uploader(
        label, type=KINDS, max_upload_size=UPLOAD_LIMIT_MB, key=f"{key}_file_{taken}",
        help=f"CSV, gzipped CSV or Parquet up to {UPLOAD_LIMIT_MB} MB. Put larger files into var/inbox.",
    )  # fmt: skip
    if file is None:
        return
    with block("The upload"):
        saved = save_upload(state.settings(), file.name, file.getvalue())
        # A new key empties the picker, so that the file's bytes do not stay in the server's memory.
        st.session_state[state.UPLOADS] = taken + 1
        open_file(saved.name)


def open_file(name: str) -> None:
    """Go to the page Data with that file of the inbox open."""
    st.switch_page("pages/start/data.py", query_params={"file": name})


def inbox(*, key: str) -> None:
    """The files that wait in var/inbox, each with a button that opens it."""
    waiting = [path for path in inbox_files(state.settings()) if path.name != state.param("file")]
    if not waiting:
        return
    st.markdown("**Waiting in the inbox**")
    for path in waiting:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{path.name} ({wording.size(path.stat().st_size)})", width="stretch")
            if st.button("Look and import", key=f"{key}_inbox_{path.name}"):
                open_file(path.name)


def need_store(*, key: str) -> Store:
    """The store that a page asks its questions of; while there is none, the page is the first visit instead."""
    opened = state.store()
    if opened is None and state.concern():
        st.stop()  # what was published cannot be read, which the frame says
    if opened is None:
        welcome(key=key, preparing=jobstrip.busy(state.settings()))
        st.stop()
    return opened


def welcome(*, key: str, preparing: bool) -> None:
    """What a first visitor sees: the sample shops and the upload, nothing else."""
    st.title("See where your shoppers' interest is moving", anchor=False)
    if preparing:
        st.info(
            "Your data are being prepared. The pages open by themselves when that is done.", icon=":material/hourglass:"
        )
        return
    st.markdown("Try Tideline on a sample shop, or start with your own log of views, carts and purchases.")
    samples(min(3, len(SAMPLES)), key=key)
    upload(key=key)
    inbox(key=key)
