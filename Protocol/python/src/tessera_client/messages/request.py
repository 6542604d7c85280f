"""OPEN: SPEC section 6.4."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Tuple

from ..wire import TLV, Reader, str8, tlvs

HWC = 1
MOST_OPEN = 4_096
TRACEPARENT = 0x0002

_FIXED = struct.Struct("<BBHIIBBBxQII32s")


class Input(IntEnum):
    """How an image travels."""

    RGB8 = 1
    PNG = 2


class Output(IntFlag):
    """What to answer with: one bit each, at least one, not both precisions of probabilities."""

    LABELS = 1
    CONFIDENCE = 2
    PROBABILITIES_F16 = 4
    PROBABILITIES_F32 = 8
    PALETTE_PNG = 16


@dataclass(frozen=True)
class Open:
    """Asks for an image's segmentation; width and height in pixels, total in bytes."""

    input: int
    outputs: int
    width: int
    height: int
    total: int
    digest: bytes
    budget_ms: int = 0
    generation: int = 0
    priority: int = 0
    model: str = ""
    tlvs: Tuple[TLV, ...] = ()
    layout: int = HWC
    channels: int = 3
    bits: int = 8

    def encode(self) -> bytes:
        fixed = _FIXED.pack(
            self.input,
            self.layout,
            self.outputs,
            self.width,
            self.height,
            self.channels,
            self.bits,
            self.priority,
            self.total,
            self.budget_ms,
            self.generation,
            self.digest,
        )
        return fixed + str8(self.model) + tlvs(self.tlvs)

    @classmethod
    def decode(cls, payload: bytes) -> Open:
        read = Reader(payload)
        form, layout, outputs = read.u8(), read.u8(), read.u16()
        width, height = read.u32(), read.u32()
        channels, bits, priority = read.u8(), read.u8(), read.u8()
        read.reserved(1)
        total, budget_ms, generation, digest = read.u64(), read.u32(), read.u32(), read.take(32)
        return cls(
            form,
            outputs,
            width,
            height,
            total,
            digest,
            budget_ms,
            generation,
            priority,
            read.str8(),
            read.tlvs(),
            layout,
            channels,
            bits,
        )
