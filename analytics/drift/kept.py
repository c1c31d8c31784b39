"""Answers about drift that took long are kept as files (`data.kept`), so that only the first who asks has to wait."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import polars as pl

from data.kept import place, read, write
from data.store import Store

Answer = TypeVar("Answer")
FORMAT = 2
"""One more whenever a formula behind an answer changes, so that nothing kept by an older one is shown."""
LEAST_SECONDS = 1.0
"""What was there sooner is not worth a file."""


@dataclass(frozen=True)
class Form(Generic[Answer]):
    """How an answer becomes a frame with plain facts beside it, and both become the answer again."""

    apart: Callable[[Answer], tuple[pl.DataFrame, dict[str, Any]]]
    together: Callable[[pl.DataFrame, dict[str, Any]], Answer]


def kept(store: Store, form: Form[Answer], count: Callable[[], Answer], *about: object) -> Answer:
    """What `count` comes to, from the file where it is kept. `about` is all that the answer depends on beside the data:
    the name of the question, windows, segments and knobs."""
    path = place(store, FORMAT, *about)
    found = read(path)
    if found is not None:
        try:
            return form.together(found[0], json.loads(found[1]["facts"]))
        except (KeyError, TypeError, ValueError):
            pass  # of another form: counted anew and written over
    begun = time.perf_counter()
    answer = count()
    if time.perf_counter() - begun >= LEAST_SECONDS:
        frame, facts = form.apart(answer)
        write(path, frame, {"facts": json.dumps(facts)})
    return answer
