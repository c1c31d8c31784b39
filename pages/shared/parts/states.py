"""The four states of a block: loading, empty, failed, and (in the title line) stale."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from data.errors import AppError

log = logging.getLogger("tideline")


@contextmanager
def block(what: str) -> Iterator[None]:
    """A part of a page that, if it fails, says so without taking the rest of the page with it.

    Unforeseen failures get a reference that stands in the server's log as well. While numbers are computed for the
    first time, `cached.answer` shows that they are; a skeleton here would cost a thread a rerun even for known ones.
    """
    try:
        yield
    except AppError as problem:
        failure(problem.title, problem.message)
    except Exception:
        reference = secrets.token_hex(3)
        log.exception("Failure %s while drawing: %s", reference, what)
        failure(
            f"{what} could not be shown",
            f"Something unexpected went wrong; the rest of the page still works. Reload the page to try again. If it "
            f"stays, report reference {reference}: the details stand beside it in the log of the app.",
        )


def failure(title: str, message: str) -> None:
    """What went wrong, in plain words."""
    st.error(f"**{title}.** {message}", icon=":material/error:")


def empty(message: str, *, icon: str = ":material/inbox:") -> None:
    """Nothing to show here, and what would change that."""
    st.info(message, icon=icon)
