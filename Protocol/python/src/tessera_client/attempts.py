"""Asking again, where the retry class allows it and the user wants it: SPEC section 12."""

from __future__ import annotations

from typing import Callable, Optional

from .errors import Code, RequestFailed, Retry, TesseraError


class Attempts:
    """Counts retries within a deadline of so many seconds from now.

    AT_ONCE and LATER are asked again here. ANOTHER_SERVER is for whoever knows other servers.
    """

    def __init__(self, retries: int, deadline: Optional[float], clock: Callable[[], float]) -> None:
        self._left = retries
        self._clock = clock
        self._ends = None if deadline is None else clock() + deadline

    def remaining(self) -> Optional[float]:
        """Seconds left; None without a deadline. Raises DEADLINE."""
        if self._ends is None:
            return None
        remaining = self._ends - self._clock()
        if remaining <= 0:
            raise RequestFailed(Code.DEADLINE, "no answer in time")
        return remaining

    def pause(self, error: TesseraError) -> float:
        """Returns how many seconds to wait before asking again; raises ``error`` where that is not to be done."""
        if self._left < 1 or error.retry not in (Retry.AT_ONCE, Retry.LATER):
            raise error
        seconds = error.retry_after if error.retry is Retry.LATER else 0.0
        if self._ends is not None and self._clock() + seconds >= self._ends:
            raise error
        self._left -= 1
        return seconds
