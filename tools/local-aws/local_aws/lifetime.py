"""An end with the parent: no local AWS outlives the test run that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from typing import Any

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 1.0


def exit_with_parent(parent: int) -> None:
    """Exit when process ``parent`` is no longer our parent.

    Linux sends the signal when the parent's *thread* that started us ends, which in a
    test run may be long before the process does; so the signal is only a reason to look.
    Polling covers other systems and a parent that died before the signal was asked for.
    """
    def look(*_: Any) -> None:
        if os.getppid() != parent:
            os._exit(0)

    if sys.platform == "linux":
        signal.signal(signal.SIGUSR1, look)
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1)
    threading.Thread(target=_poll, args=(look,), name="parent", daemon=True).start()


def _poll(look: Any) -> None:
    while True:
        look()
        time.sleep(_POLL_SECONDS)
