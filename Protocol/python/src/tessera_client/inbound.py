"""Bytes from the server to checked frames: SPEC section 3.3, steps 1 to 16."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Collection, Optional, Protocol

from . import zstd
from .crc32c import crc32c
from .errors import Code, Fault
from .frames import END, HEADER_BYTES, IDENTITY, LIMITS, OF_REQUESTS, ZSTD, FrameType, Header


class Rules(Protocol):
    """What the state of a connection makes of a frame."""

    @property
    def version(self) -> int:
        """The version that frames carry."""

    @property
    def legal(self) -> Collection[int]:
        """The types that may come."""

    @property
    def codecs(self) -> Collection[int]:
        """The codecs agreed on, for DATA."""

    @property
    def data_limit(self) -> int:
        """Most plain bytes of DATA."""

    @property
    def largest_id(self) -> int:
        """The largest id opened."""

    def admits(self, header: Header) -> bool:
        """Whether a frame's payload is read, or skipped; raises PROTOCOL or SIZE_MISMATCH for one that may not come."""


@dataclass(frozen=True)
class Arrival:
    """A frame: ``payload`` is plain, and None where it was skipped or ``damaged``."""

    header: Header
    payload: Optional[bytes]
    damaged: bool = False


class FrameReader:
    """Cuts a stream of bytes into frames; never holds more than a frame of its type's limit and what was fed."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._header: Optional[Header] = None
        self._admitted = True
        self._missing = 0
        self._seq = 0

    def feed(self, data: bytes) -> None:
        """Takes bytes as they came."""
        self._buffer += data

    def next(self, rules: Rules) -> Optional[Arrival]:
        """Returns the next frame, None until all of it is there; raises the first fault."""
        header = self._header
        if header is None:
            if len(self._buffer) < HEADER_BYTES:
                return None
            header = Header.decode(self._cut(HEADER_BYTES))
            _check(header, rules, self._seq)
            self._seq = (self._seq + 1) & 0xFFFFFFFF
            self._admitted = rules.admits(header)
            self._header, self._missing = header, header.wire_len
        if not self._admitted:
            self._missing -= len(self._cut(min(self._missing, len(self._buffer))))
            if self._missing:
                return None
            self._header = None
            return Arrival(header, None)
        if len(self._buffer) < header.wire_len:
            return None
        self._header = None
        return _open(header, self._cut(header.wire_len), rules)

    def _cut(self, count: int) -> bytes:
        taken = bytes(memoryview(self._buffer)[:count])
        del self._buffer[:count]
        return taken


def _check(header: Header, rules: Rules, seq: int) -> None:
    """Steps 3 to 11."""
    if header.version != rules.version:
        raise Fault(Code.VERSION, f"a frame of version {header.version} came, {rules.version} is spoken")
    if header.type not in rules.legal:
        raise Fault(Code.PROTOCOL, f"a frame of type {header.type:#04x} came where none may")
    is_data = header.type == FrameType.ANSWER
    if header.flags not in ((0, END) if is_data else (0,)):
        raise Fault(Code.PROTOCOL, f"flags are {header.flags:#04x}")
    if header.codec != IDENTITY and not (is_data and header.codec in rules.codecs):
        raise Fault(Code.PROTOCOL, f"codec {header.codec} was not agreed on")
    _check_id(header, rules)
    compressed = header.codec == ZSTD
    if header.wire_len >= header.plain_len if compressed else header.wire_len != header.plain_len:
        raise Fault(Code.PROTOCOL, f"{header.wire_len} bytes cannot hold {header.plain_len}")
    limit = rules.data_limit if is_data else LIMITS[header.type]
    if header.plain_len > limit:
        raise Fault(Code.LIMIT, f"a frame of type {header.type:#04x} has {header.plain_len} bytes, over {limit}")
    if is_data and header.plain_len == 0:
        raise Fault(Code.PROTOCOL, "DATA is empty")
    if header.seq != seq:
        raise Fault(Code.SEQ, f"frame {header.seq} came, {seq} was due")


def _check_id(header: Header, rules: Rules) -> None:
    opened = 1 <= header.request_id <= rules.largest_id
    if header.type in OF_REQUESTS:
        fits = opened
    elif header.type == FrameType.ERROR:
        fits = opened or header.request_id == 0
    else:
        fits = header.request_id == 0
    if not fits:
        raise Fault(Code.PROTOCOL, f"a frame of type {header.type:#04x} names the request {header.request_id}")


def _open(header: Header, wire: bytes, rules: Rules) -> Arrival:
    """Steps 15 and 16."""
    if crc32c(wire) != header.payload_crc:
        if header.request_id == 0:
            raise Fault(Code.PAYLOAD_CRC, "a frame of the connection came damaged")
        return Arrival(header, None, damaged=True)
    if header.codec == ZSTD:
        wire = zstd.decode(wire, header.plain_len, rules.data_limit)
    return Arrival(header, wire)
