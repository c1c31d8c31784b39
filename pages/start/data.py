"""Data: what is loaded, and can it be trusted?"""

import streamlit as st

from pages.shared import jobstrip, offer, state
from pages.shared.parts import block, head
from pages.start.data_views import imports, quality, templates, waiting

opened = state.store()
preparing = jobstrip.busy(state.settings())
head("Data", "What is loaded, and can it be trusted?", opened.meta if opened else None)

if file := state.param("file"):
    with block("The file"):
        waiting.draw(file)

with block("Adding data"):
    offer.upload(key="data", label="Upload a log, or a file that goes with it")
    offer.inbox(key="data")
with st.expander("What each file looks like", icon=":material/description:"):
    templates.draw()
with st.expander("Sample shops", icon=":material/science:", expanded=opened is None):
    st.caption(
        "A sample replaces a sample. It is refused beside your own imports, and your first own import removes it."
    )
    offer.samples(2, key="data", disabled=preparing)
with block("The list of imports"):
    st.subheader("Imports", anchor=False)
    imports.draw()
if opened:
    with block("The quality by day"):
        quality.draw(opened)
