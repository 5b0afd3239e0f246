"""What a process that holds keys shows to others of its user."""

import subprocess
import sys

CHILD = """
import ctypes
from chassis.secrecy import conceal
libc = ctypes.CDLL(None)
before = libc.prctl(3, 0, 0, 0, 0)
conceal()
print(before, libc.prctl(3, 0, 0, 0, 0))
"""


def test_a_concealed_process_can_be_neither_read_nor_traced_by_its_own_user() -> None:
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    # PR_GET_DUMPABLE: 0 means that /proc/<pid>/environ and mem are the administrator's alone, see ptrace(2).
    assert done.stdout == "1 0\n"
