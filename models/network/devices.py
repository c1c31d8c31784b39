"""Where training runs: the CPU, one GPU or several, by the same code."""

import ctypes
import os
from dataclasses import dataclass
from typing import Any

from data.errors import InputError
from models.tensorflow_start import start_tensorflow

CHOICES = ("auto", "cpu", "gpu")


@dataclass(frozen=True)
class Devices:
    """What a training computes with."""

    name: str
    """For people: '1 CPU', '2 GPU'."""
    strategy: Any
    """A tf.distribute.Strategy."""
    replicas: int
    compiles: bool
    """Whether steps are compiled by XLA: it gains nothing on a CPU and costs seconds."""
    precision: str
    """'float32' or 'mixed_bfloat16'."""


def devices(wanted: str = "auto", replicas: int | None = None) -> Devices:
    """All GPUs, or the CPU where there is none or it is wanted. Starts TensorFlow.

    On the CPU everything is deterministic. `replicas` takes so many of the devices, which lets tests split a CPU.

    Raises:
        InputError: A GPU is wanted, or more devices than there are.
    """
    _hold_memory()
    # TensorFlow leaves oneDNN off where it knows no better; on the CPUs measured it was 10 to 50 % faster.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    tf = start_tensorflow()
    gpus = tf.config.list_logical_devices("GPU")
    if wanted == "gpu" and not gpus:
        raise InputError("TensorFlow finds no GPU on this machine. Train with --device cpu, or see requirements.txt.")
    kind = "GPU" if gpus and wanted != "cpu" else "CPU"
    found = [device.name for device in tf.config.list_logical_devices(kind)]
    count = replicas or (len(found) if kind == "GPU" else 1)
    if count > len(found):
        raise InputError(f"There are {len(found)} {kind} devices, not {count}. Train on fewer.")
    if kind == "CPU":
        tf.config.experimental.enable_op_determinism()
    if count > 1:
        strategy = tf.distribute.MirroredStrategy(found[:count])
    else:
        strategy = tf.distribute.OneDeviceStrategy(found[0])
    on_gpu = kind == "GPU"
    return Devices(f"{count} {kind}", strategy, count, on_gpu, "mixed_bfloat16" if on_gpu else "float32")


def _hold_memory() -> None:
    """Let the process keep the memory that a step gives back, for the next step: without it half of the CPU time of
    training went into pages that the kernel takes and gives again (0.31 instead of 0.14 s a step on ml-100k).

    glibc only: one arena (M_ARENA_MAX), never trimmed (M_TRIM_THRESHOLD), 512 MB of address space at a time
    (M_TOP_PAD), no mappings of single tensors below 1 GB (M_MMAP_THRESHOLD).
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    for parameter, value in ((-8, 1), (-1, 2**31 - 1), (-2, 512 << 20), (-3, 1 << 30)):
        mallopt(parameter, value)
