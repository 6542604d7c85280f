"""How often a client may ping and ask without being told to calm down: SPEC section 13."""

from __future__ import annotations

from typing import Callable, Optional

INFO_INTERVAL = 1.0
MARGIN = 0.02
"""Seconds by which frames may be closer when they arrive than when they were sent."""


class Pace:
    """Spaces messages of one kind on one connection."""

    def __init__(self, interval: float, clock: Callable[[], float]) -> None:
        self._interval = interval + MARGIN
        self._clock = clock
        self._last: Optional[float] = None

    def wait(self) -> float:
        """Returns the seconds to wait before sending one, and takes that moment."""
        now = self._clock()
        due = now if self._last is None else max(now, self._last + self._interval)
        self._last = due
        return due - now
