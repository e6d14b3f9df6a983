"""Runs a program and writes what it took to a descriptor: exit status, seconds, processor seconds and peak memory.

A process of its own, as small as Python gets: the kernel starts a process's peak memory at the size of the one that began it.

    python3 -I -S launcher.py DESCRIPTOR PROGRAM [ARGUMENT…]
"""

import os
import sys
import time

report = int(sys.argv[1])
os.set_inheritable(report, False)
start = time.perf_counter()
# Python ignores SIGPIPE (13) and SIGXFSZ (25); the program begins as in a shell.
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, setsigdef=[13, 25])
# wait4 is what tells the usage of this child alone.
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - start
os.write(report, f"{status} {seconds} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss}".encode())
