# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real time, and what goes on in it in the background. The tests have one whose time is simulated."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor


class Clock:
    """What the watch knows of time."""

    monotonic = staticmethod(time.monotonic)
    wall = staticmethod(time.time)
    sleep = staticmethod(time.sleep)
    pool = ThreadPoolExecutor

    def start(self, steps):
        """Go through a generator in the background; it yields how many seconds to wait before its next step."""
        return Steps(steps)


class Steps(threading.Thread):
    """A generator on its way."""

    def __init__(self, steps):
        super().__init__(daemon=True)
        self.steps = steps
        self.ended = threading.Event()
        self.start()

    def run(self):
        for pause in self.steps:
            if self.ended.wait(pause):
                return

    def stop(self, timeout=None):
        """No further step; wait for the end of the one under way."""
        self.ended.set()
        self.join(timeout)
