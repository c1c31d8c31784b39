import subprocess
import sys

FREED = """
import resource, sys
import models.memory as memory
if sys.argv[1] == "kept":
    assert memory.keep_freed_memory()
import numpy as np
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
np.ones(20_000_000)
before = faults()
for _ in range(5):
    np.ones(20_000_000)
print(faults() - before)
"""


def faults(how):
    done = subprocess.run([sys.executable, "-c", FREED, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_table_that_was_freed_costs_no_new_pages():
    assert faults("kept") < 1_000 < faults("as ever")


def test_a_c_library_without_the_setting_is_left_alone(monkeypatch):
    from models import memory

    monkeypatch.setattr(memory.ctypes, "CDLL", lambda name: object())
    assert not memory.keep_freed_memory()
