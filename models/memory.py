"""What a process that trains does with the memory it frees."""

import ctypes

ARENA_MAX, MMAP_MAX, TOP_PAD, TRIM_THRESHOLD = -8, -4, -2, -1
HEAP = {ARENA_MAX: 1, MMAP_MAX: 0, TRIM_THRESHOLD: 2**31 - 1, TOP_PAD: 2**28}
"""Options of mallopt(3): one heap for all threads, nothing mapped by itself, nothing handed back, grown by 256 MB."""


def keep_freed_memory() -> bool:
    """Let this process keep the memory that it frees, instead of handing every large table of numbers back to the
    system and getting it again, page by page, a moment later. To be called before there are threads, whose own heaps
    are too small for such tables. False where the C library has no such setting.

    A step of training with 4,600 items cost .39 CPU seconds without this, .28 with it, and 0.1 GB more memory.
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return min(set_option(ctypes.c_int(option), ctypes.c_int(value)) for option, value in HEAP.items()) == 1
