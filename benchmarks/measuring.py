"""Steps measured alone: each in a process of its own, so that CPU seconds and peak memory are that step's only."""

import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Cost:
    """What one step used, and what it came back with."""

    cpu_s: float
    """User and system, all threads, ended children included."""
    wall_s: float
    peak_mb: float
    """The most memory that its process, or one of its children, held at once; 0 where it is not alone."""
    result: Any


def alone(step: Callable[..., Any], *arguments: object) -> Cost:
    """Run one step in a new process. Starting it, with the imports of the step's module, is not counted as CPU."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_clocked, step, arguments).result()


def here(step: Callable[..., Any], *arguments: object) -> Cost:
    """The same in this process, where a peak would be that of everything before it: for small runs in tests."""
    found = _clocked(step, arguments)
    return Cost(found.cpu_s, found.wall_s, 0.0, found.result)


Run = Callable[..., Cost]
"""`alone` or `here`."""


def cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def memory_mb(pid: int | str, field: str) -> float:
    """One figure of a process's memory: 'VmRSS' (now) or 'VmHWM' (the most so far)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"process {pid} has ended")


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was."""
    return {"cpus": os.cpu_count(), "load": [round(each, 2) for each in os.getloadavg()]}


def _clocked(step: Callable[..., Any], arguments: tuple[object, ...]) -> Cost:
    before, began = cpu(), time.monotonic()
    result = step(*arguments)
    used, wall = cpu() - before, time.monotonic() - began
    # A process's rusage begins with the peak of the one it was forked from, its own VmHWM does not.
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Cost(used, wall, max(memory_mb("self", "VmHWM"), children), result)
