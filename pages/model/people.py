"""People: one person's interest over time."""

import streamlit as st

from pages.model.people_views import coming, controls, doing, ribbons, who
from pages.shared import offer, state
from pages.shared.parts import block, explain, head

EXPLANATION = """
**Codes.** A person is shown by a code of this store, never by an id or an address; exports of lists hold the shop's own
ids.

**The interest vector.** Every event weighs what it says of interest (view and search 1, wishlist 2, cart 3, review 3,
purchase 5, refund -5, never below 0 in sum) and counts half after the half-life:
$w_k(t) = \\sum_e v_e 2^{-(t - t_e) / h}$. It is mixed with a little of everybody's,
$p_k = (w_k + \\alpha q_k) / (\\sum w + \\alpha)$, so that one click is no taste. *Events of today* is how many events
made now would say as much, $(\\sum w)^2 / \\sum w^2$.

**When the mix changed.** Every week of the past is tested: the 91 days before against the 91 from it on, visits as
units. p is multiplied by the number of weeks tested, and the surest week is marked. The season is not taken off: a
person who buys for Christmas every year changes twice a year.

**What comes next** is what the active run says at the end of the days shown (page Models: how good it is). The reason
of an item are the events without which it would rank lower; the band holds the share of the next 28 days in 80 of 100
cases.

**What it cannot tell**: what a person bought elsewhere, and whether two people share an account. Weights and half-life
are for looking, not for tests.
"""

opened = offer.need_store(key="people")
head("People", "How does one person's interest change over time, and what comes next?", opened.meta)


@st.fragment
def body() -> None:
    """The person and everything about them in one fragment: a changed knob redraws it alone."""
    scope = state.scope(opened.meta)
    with block("The person"):
        asked = controls.draw(opened, scope)
        if asked is None:
            return
        who.draw(opened, asked)
        with block("The interests over time"):
            ribbons.draw(opened, asked)
        with block("What comes next"):
            coming.draw(opened, asked)
        with block("The history"):
            doing.draw(opened, asked)
    explain(EXPLANATION)


body()
