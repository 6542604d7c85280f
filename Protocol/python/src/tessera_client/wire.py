"""Fields of payloads, read once and in order: SPEC sections 1 and 5."""

from __future__ import annotations

import struct
from typing import Iterable, Sequence, Tuple

from .errors import Code, Fault

TLV = Tuple[int, bytes]

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
_TLV = struct.Struct("<HH")


class Reader:
    """Reads a payload field by field; every method raises PROTOCOL where bytes are missing or wrong."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._offset = 0

    def take(self, count: int) -> bytes:
        """Reads ``count`` bytes."""
        end = self._offset + count
        if end > len(self._payload):
            raise Fault(Code.PROTOCOL, f"the payload ends at {len(self._payload)}, within a field")
        taken = self._payload[self._offset : end]
        self._offset = end
        return taken

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        (value,) = _U16.unpack(self.take(2))
        return int(value)

    def u32(self) -> int:
        (value,) = _U32.unpack(self.take(4))
        return int(value)

    def u64(self) -> int:
        (value,) = _U64.unpack(self.take(8))
        return int(value)

    def reserved(self, count: int) -> None:
        """Reads bytes that must be 0."""
        if any(self.take(count)):
            raise Fault(Code.PROTOCOL, "a reserved field is not 0")

    def str8(self) -> str:
        """Reads a length of one byte and that many bytes of UTF-8."""
        try:
            return self.take(self.u8()).decode("utf-8")
        except UnicodeDecodeError:
            raise Fault(Code.PROTOCOL, "a text is not UTF-8") from None

    def list8(self) -> Tuple[int, ...]:
        """Reads a count of one byte and that many entries of one byte."""
        return tuple(self.take(self.u8()))

    def tlvs(self, known: Iterable[int] = ()) -> Tuple[TLV, ...]:
        """Reads TLVs to the end; raises VERSION for an odd id that is not ``known``."""
        found = []
        last = -1
        while self._offset < len(self._payload):
            number = self.u16()
            value = self.take(self.u16())
            if number <= last:
                raise Fault(Code.PROTOCOL, "ids of TLVs do not rise")
            if number % 2 and number not in known:
                raise Fault(Code.VERSION, f"the critical TLV {number:#06x} is unknown")
            found.append((number, value))
            last = number
        return tuple(found)

    def end(self) -> None:
        """Checks that nothing is left."""
        if self._offset != len(self._payload):
            raise Fault(Code.PROTOCOL, "bytes are left behind the last field")


def str8(text: str) -> bytes:
    """Encodes a text; raises ValueError over 255 bytes."""
    encoded = text.encode("utf-8")
    if len(encoded) > 255:
        raise ValueError(f"a text of {len(encoded)} bytes is over 255")
    return bytes([len(encoded)]) + encoded


def list8(entries: Sequence[int]) -> bytes:
    """Encodes up to 255 entries of one byte."""
    return bytes([len(entries), *entries])


def tlvs(entries: Iterable[TLV]) -> bytes:
    """Encodes TLVs, whose ids must rise."""
    return b"".join(_TLV.pack(number, len(value)) + value for number, value in entries)
