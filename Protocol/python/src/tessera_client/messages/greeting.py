"""HELLO, HELLO_ACK, AUTH and AUTH_OK: SPEC sections 6.1 to 6.3."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Tuple

from ..errors import Code, Fault
from ..frames import MIB
from ..wire import TLV, Reader, list8, str8, tlvs

BEARER = 1
LEAST_DATA = 65_536
MOST_TOKEN = 4_093

_NUMBERS = struct.Struct("<BBBxIQIIIIQQQQIIIIII")
_U32 = struct.Struct("<I")
_AUTH = struct.Struct("<BH")


@dataclass(frozen=True)
class Hello:
    """What a client speaks."""

    largest_data: int
    versions: Tuple[int, ...]
    codecs: Tuple[int, ...]
    agent: str = ""
    tlvs: Tuple[TLV, ...] = ()

    def encode(self) -> bytes:
        fixed = _U32.pack(self.largest_data)
        return fixed + list8(self.versions) + list8(self.codecs) + str8(self.agent) + tlvs(self.tlvs)

    @classmethod
    def decode(cls, payload: bytes) -> Hello:
        read = Reader(payload)
        largest_data = read.u32()
        if largest_data < LEAST_DATA:
            raise Fault(Code.PROTOCOL, f"the largest DATA is {largest_data}, less than {LEAST_DATA}")
        return cls(largest_data, read.list8(), read.list8(), read.str8(), read.tlvs())


@dataclass(frozen=True)
class HelloAck:
    """What a server picked, how it is, and every limit a client can hit; bytes, pixels and milliseconds."""

    version: int
    state: int
    auth: int
    hello_crc: int
    instance: int
    max_chunk: int
    max_open: int
    max_inflight: int
    max_side: int
    max_pixels: int
    max_message: int
    max_result: int
    credit: int
    default_budget_ms: int
    max_budget_ms: int
    idle_ms: int
    ping_min_ms: int
    frame_ms: int
    write_stall_ms: int
    codecs: Tuple[int, ...] = ()
    agent: str = ""
    tlvs: Tuple[TLV, ...] = ()

    def encode(self) -> bytes:
        numbers = _NUMBERS.pack(
            self.version,
            self.state,
            self.auth,
            self.hello_crc,
            self.instance,
            self.max_chunk,
            self.max_open,
            self.max_inflight,
            self.max_side,
            self.max_pixels,
            self.max_message,
            self.max_result,
            self.credit,
            self.default_budget_ms,
            self.max_budget_ms,
            self.idle_ms,
            self.ping_min_ms,
            self.frame_ms,
            self.write_stall_ms,
        )
        return numbers + list8(self.codecs) + str8(self.agent) + tlvs(self.tlvs)

    @classmethod
    def decode(cls, payload: bytes) -> HelloAck:
        read = Reader(payload)
        version, state, auth = read.u8(), read.u8(), read.u8()
        read.reserved(1)
        if state > 2 or auth > 2:
            raise Fault(Code.PROTOCOL, f"HELLO_ACK tells state {state} and auth {auth}")
        hello_crc, instance = read.u32(), read.u64()
        max_chunk, max_open, max_inflight, max_side = read.u32(), read.u32(), read.u32(), read.u32()
        if not 1 <= max_chunk <= MIB or max_inflight < 1:
            raise Fault(Code.PROTOCOL, f"HELLO_ACK tells max_chunk {max_chunk} and max_inflight {max_inflight}")
        sizes = (read.u64(), read.u64(), read.u64(), read.u64())
        times = (read.u32(), read.u32(), read.u32(), read.u32(), read.u32(), read.u32())
        limits = (max_chunk, max_open, max_inflight, max_side, *sizes, *times)
        return cls(
            version, state, auth, hello_crc, instance, *limits, codecs=read.list8(), agent=read.str8(), tlvs=read.tlvs()
        )


@dataclass(frozen=True)
class Auth:
    """A bearer token of up to 4,093 bytes."""

    token: bytes
    method: int = BEARER

    def encode(self) -> bytes:
        return _AUTH.pack(self.method, len(self.token)) + self.token

    @classmethod
    def decode(cls, payload: bytes) -> Auth:
        read = Reader(payload)
        method = read.u8()
        if method != BEARER:
            raise Fault(Code.PROTOCOL, f"AUTH names method {method}")
        token = read.take(read.u16())
        read.end()
        return cls(token, method)


@dataclass(frozen=True)
class AuthOK:
    """For how many seconds the token holds; 0 is as long as the connection."""

    seconds: int

    def encode(self) -> bytes:
        return _U32.pack(self.seconds)

    @classmethod
    def decode(cls, payload: bytes) -> AuthOK:
        read = Reader(payload)
        seconds = read.u32()
        read.end()
        return cls(seconds)
