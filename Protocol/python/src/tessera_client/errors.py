"""Error codes, what they end and whether to ask again: SPEC section 12."""

from __future__ import annotations

from enum import IntEnum
from typing import Optional


class Code(IntEnum):
    """What went wrong. Codes that are not listed are legal: act on scope and retry class."""

    CONNECTION_LOST = 0
    """This client's own, never on the wire: the connection ended without a word."""
    VERSION = 1
    PROTOCOL = 2
    HEADER_CRC = 3
    PAYLOAD_CRC = 4
    SEQ = 5
    LIMIT = 6
    CREDIT = 7
    CODEC = 8
    SIZE_MISMATCH = 9
    AUTH = 10
    CALM = 11
    TIMEOUT = 12
    UNKNOWN_MODEL = 100
    BAD_SHAPE = 101
    BAD_IMAGE = 102
    UNSUPPORTED = 103
    DIGEST = 104
    TOO_LARGE = 105
    OVERLOADED = 200
    DEADLINE = 201
    CANCELLED = 202
    DRAINING = 203
    MEMORY_BUDGET = 204
    NOT_READY = 205
    INTERNAL = 300
    NONFINITE_OUTPUT = 301
    MODEL_FAULT = 302


class Scope(IntEnum):
    """What an error ends."""

    REQUEST = 0
    CONNECTION = 1


class Retry(IntEnum):
    """Whether and where to ask again; requests are pure, so asking again is always safe."""

    NEVER = 0
    AT_ONCE = 1
    ANOTHER_SERVER = 2
    LATER = 3


_AT_ONCE = {Code.CONNECTION_LOST, Code.HEADER_CRC, Code.PAYLOAD_CRC, Code.SEQ, Code.TIMEOUT, Code.DIGEST}
_ANOTHER_SERVER = {Code.DRAINING, Code.INTERNAL, Code.MODEL_FAULT}


def usual_retry(code: int) -> Retry:
    """Returns the retry class of a fault that this side found; one that is read in ERROR goes before it."""
    if code in _AT_ONCE:
        return Retry.AT_ONCE
    return Retry.ANOTHER_SERVER if code in _ANOTHER_SERVER else Retry.NEVER


class Fault(Exception):
    """A broken rule, found while reading; never leaves the package."""

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class TesseraError(Exception):
    """Why there is no answer.

    ``code`` is a :class:`Code` or another number, ``scope`` and ``retry`` say what it ends and whether to ask again,
    ``retry_after`` (seconds) when, ``detail`` is a number for the server's log, ``text`` is for people.
    """

    scope: Scope

    def __init__(
        self, code: int, text: str = "", *, retry: Optional[Retry] = None, retry_after: float = 0.0, detail: int = 0
    ) -> None:
        self.code = Code(code) if code in set(Code) else code
        self.retry = usual_retry(code) if retry is None else retry
        self.retry_after = retry_after
        self.detail = detail
        self.text = text
        super().__init__(str(self))

    @property
    def name(self) -> str:
        """The code's name as in SPEC section 12; CODE_n for one that nobody knows."""
        return self.code.name if isinstance(self.code, Code) else f"CODE_{self.code}"

    def __str__(self) -> str:
        advice = {
            Retry.NEVER: "",
            Retry.AT_ONCE: "; ask again",
            Retry.ANOTHER_SERVER: "; ask another server",
            Retry.LATER: f"; ask again in {self.retry_after:g} s",
        }[self.retry]
        return f"{self.name}: {self.text}{advice}" if self.text else f"{self.name}{advice}"


class RequestFailed(TesseraError):
    """One request failed; the connection goes on."""

    scope = Scope.REQUEST


class ConnectionFailed(TesseraError):
    """The connection is over, and with it every request on it."""

    scope = Scope.CONNECTION
