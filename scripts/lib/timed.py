"""timed.py SECONDS COMMAND...: runs a command and prints its status, times and memory as JSON.

The JSON is the last line. This is a small program of its own, because the kernel counts the memory
of the process that starts a child as the child's. It cannot report a peak below its own 9 MB or so.
"""

import os
import signal
import sys
import time

limit, command = float(sys.argv[1]), sys.argv[2:]
late = False


def stop(*_):
    """Kills the command and all processes that it started: it leads a session of its own."""
    global late
    late = True
    os.killpg(child, signal.SIGKILL)


started = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ, setsid=True)
signal.signal(signal.SIGALRM, stop)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
signal.setitimer(signal.ITIMER_REAL, limit)
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - started

code = os.waitstatus_to_exitcode(status)
outcome = f"over {limit:g} s" if late else "ok" if code == 0 else f"exit {code}"
peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
cpu = used.ru_utime + used.ru_stime
print(
    f'{{"outcome": "{outcome}", "exit": {code}, '
    f'"wall_s": {wall:.3f}, "cpu_s": {cpu:.3f}, "peak_rss_mb": {peak:.1f}}}'
)
