"""Frames and their header of 32 bytes: SPEC sections 3.1 and 4."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Dict

from .crc32c import crc32c
from .errors import Code, Fault

PREFACE = bytes.fromhex("8954 5350 0d0a 1a0a")
HEADER_BYTES = 32
END = 1
IDENTITY = 0
ZSTD = 1
MIB = 1 << 20


class FrameType(IntEnum):
    """What a frame is; bit 7 is set from server to client."""

    HELLO = 0x01
    AUTH = 0x02
    OPEN = 0x10
    DATA = 0x11
    CANCEL = 0x12
    PING = 0x20
    INFO = 0x21
    HELLO_ACK = 0x81
    AUTH_OK = 0x82
    RESULT = 0x90
    ANSWER = 0x91
    """DATA from server to client."""
    ERROR = 0x92
    PONG = 0xA0
    STATUS = 0xA1
    """INFO from server to client."""
    GOAWAY = 0xA3


LIMITS: Dict[int, int] = {
    FrameType.HELLO_ACK: 1024,
    FrameType.AUTH_OK: 4,
    FrameType.RESULT: 512,
    FrameType.ERROR: 268,
    FrameType.PONG: 8,
    FrameType.STATUS: MIB,
    FrameType.GOAWAY: 16,
}
"""Most bytes of a payload from the server; those of DATA are negotiated."""

OF_REQUESTS = frozenset({FrameType.RESULT, FrameType.ANSWER})
"""Types from the server that always carry the id of a request. ERROR may."""

_FIELDS = struct.Struct("<IIQBBBBII")
_CRC = struct.Struct("<I")


@dataclass(frozen=True)
class Header:
    """The header of a frame but for its own checksum, SPEC section 3.1."""

    wire_len: int
    plain_len: int
    request_id: int
    type: int
    flags: int
    codec: int
    version: int
    seq: int
    payload_crc: int

    @classmethod
    def decode(cls, header: bytes) -> Header:
        """Reads 32 bytes; raises HEADER_CRC."""
        fields = header[: _FIELDS.size]
        if _CRC.unpack_from(header, _FIELDS.size)[0] != crc32c(fields):
            raise Fault(Code.HEADER_CRC, "the header's checksum is wrong: these are no frames, or damaged ones")
        return cls(*_FIELDS.unpack(fields))

    def encode(self) -> bytes:
        """Writes 32 bytes."""
        fields = _FIELDS.pack(
            self.wire_len,
            self.plain_len,
            self.request_id,
            self.type,
            self.flags,
            self.codec,
            self.version,
            self.seq,
            self.payload_crc,
        )
        return fields + _CRC.pack(crc32c(fields))

    @property
    def is_terminal(self) -> bool:
        """Whether nothing with this id follows: SPEC section 8.6."""
        return self.type == FrameType.ERROR or (self.type == FrameType.ANSWER and self.flags == END)


def encode_frame(
    kind: int,
    payload: bytes,
    *,
    seq: int,
    version: int,
    request_id: int = 0,
    flags: int = 0,
    codec: int = IDENTITY,
    plain_len: int = -1,
) -> bytes:
    """Writes a frame; ``plain_len`` is that of the payload unless said otherwise."""
    plain = len(payload) if plain_len < 0 else plain_len
    header = Header(len(payload), plain, request_id, kind, flags, codec, version, seq, crc32c(payload))
    return header.encode() + payload
