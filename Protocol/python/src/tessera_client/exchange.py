"""One request from OPEN to its terminal frame, seen from the client: SPEC sections 8.6 and 11.4."""

from __future__ import annotations

import hashlib
from enum import Enum
from typing import List, Optional, Tuple, Union

from . import zstd
from .errors import Code, Fault, RequestFailed, TesseraError
from .frames import IDENTITY, ZSTD
from .messages import Input, Kind, Result, expected_sections
from .request import Request
from .segmentation import Answer

Outcome = Union[Answer, TesseraError]


class Stage(Enum):
    """What of a request comes next."""

    WAITING = "OPEN is to be sent"
    SENDING = "DATA is to be sent"
    SENT = "RESULT is to come"
    RECEIVING = "DATA is to come"


class Exchange:
    """A request under way. ``outcome`` is None until the caller can know it; ``id`` is 0 until OPEN is sent."""

    def __init__(self, request: Request, deadline: Optional[float]) -> None:
        self.request = request
        self.deadline = deadline
        self.patience = deadline
        """When to give up, on the connection's clock."""
        self.id = 0
        self.stage = Stage.WAITING
        self.outcome: Optional[Outcome] = None
        self._sent = 0
        self._result: Optional[Result] = None
        self._parts: List[bytes] = []
        self._received = 0
        self._sha256 = hashlib.sha256()

    @property
    def is_settled(self) -> bool:
        """Whether the outcome stands; frames that still come are skipped up to the terminal one."""
        return self.outcome is not None

    def settle(self, outcome: Outcome) -> None:
        """Ends the request for its caller and lets go of what it holds."""
        self.outcome = outcome
        self._parts = []

    def next_data(self, limit: int, compress: bool) -> Tuple[bytes, int, int, bool]:
        """Cuts the next DATA of at most ``limit`` plain bytes: wire bytes, codec, plain length, whether the last."""
        content = self.request.image.content
        plain = bytes(content[self._sent : self._sent + limit])
        self._sent += len(plain)
        last = self._sent == len(content)
        if last:
            self.stage = Stage.SENT
        # PNG is compressed already.
        if compress and self.request.image.form is Input.RGB8:
            wire = zstd.encode(plain)
            if wire is not None:
                return wire, ZSTD, len(plain), last
        return plain, IDENTITY, len(plain), last

    def take_result(self, result: Result, most: int) -> None:
        """Takes RESULT; raises PROTOCOL, or RequestFailed with DIGEST or TOO_LARGE over ``most`` bytes."""
        image = self.request.image
        if (result.width, result.height) != (image.width, image.height):
            raise Fault(Code.PROTOCOL, f"RESULT is of {result.width} x {result.height}")
        expected = expected_sections(self.request.outputs, result.width, result.height, result.classes)
        found = result.sections
        if len(found) != len(expected):
            raise Fault(Code.PROTOCOL, f"RESULT has {len(found)} sections for {len(expected)} outputs")
        for section, due in zip(found, expected):
            length_fits = section.length >= 1 if due.kind == Kind.PALETTE_PNG else section.length == due.length
            if section.kind != due.kind or section.element_bytes != due.element_bytes or not length_fits:
                raise Fault(Code.PROTOCOL, f"the section {section} is not what was asked for")
        self.stage = Stage.RECEIVING
        if result.input_digest != self.request.digest:
            raise RequestFailed(Code.DIGEST, "the result is of another input")
        if result.total > most:
            raise RequestFailed(Code.TOO_LARGE, f"a result of {result.total} bytes is over this client's {most}")
        self._result = result

    def expect_data(self, count: int, last: bool) -> None:
        """Takes the header of DATA, of ``count`` plain bytes; raises SIZE_MISMATCH."""
        result = self._result
        if result is None:
            raise Fault(Code.PROTOCOL, "DATA came without its RESULT")
        self._received += count
        if self._received > result.total or last != (self._received == result.total):
            raise Fault(Code.SIZE_MISMATCH, f"{self._received} bytes of DATA come, {result.total} were announced")

    def take_data(self, plain: bytes, last: bool, server_instance: int) -> Optional[Answer]:
        """Takes DATA that was expected; the last gives the answer. Raises RequestFailed with DIGEST."""
        result = self._result
        if result is None:
            raise Fault(Code.PROTOCOL, "DATA came without its RESULT")
        self._parts.append(plain)
        self._sha256.update(plain)
        if not last:
            return None
        if self._sha256.digest() != result.output_digest:
            raise RequestFailed(Code.DIGEST, "the output is not the one that the server digested")
        return Answer(result, b"".join(self._parts), server_instance)
