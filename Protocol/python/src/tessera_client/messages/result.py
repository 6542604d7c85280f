"""RESULT: SPEC section 6.6."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Tuple

from ..errors import Code, Fault
from ..wire import Reader, str8
from .request import Output

MOST_CLASSES = 4_096

_FIXED = struct.Struct("<IIHBBIHxxIII32s32s32s32sQ")
_SECTION = struct.Struct("<BBxxxxxxQ")


class Kind(IntEnum):
    """What a section holds."""

    LABELS = 1
    CONFIDENCE = 2
    PROBABILITIES = 3
    PALETTE_PNG = 4


@dataclass(frozen=True)
class Section:
    """A part of a result: element and whole in bytes."""

    kind: int
    element_bytes: int
    length: int


@dataclass(frozen=True)
class Result:
    """Shape, receipt and sections of an answer; its DATA follows. Times in microseconds."""

    width: int
    height: int
    classes: int
    generation: int
    batch: int
    decode_us: int
    queue_us: int
    compute_us: int
    weights_digest: bytes
    input_digest: bytes
    pixels_digest: bytes
    output_digest: bytes
    total: int
    model: str
    sections: Tuple[Section, ...]

    @property
    def label_bytes(self) -> int:
        return label_bytes(self.classes)

    def encode(self) -> bytes:
        fixed = _FIXED.pack(
            self.width,
            self.height,
            self.classes,
            self.label_bytes,
            len(self.sections),
            self.generation,
            self.batch,
            self.decode_us,
            self.queue_us,
            self.compute_us,
            self.weights_digest,
            self.input_digest,
            self.pixels_digest,
            self.output_digest,
            self.total,
        )
        sections = (_SECTION.pack(part.kind, part.element_bytes, part.length) for part in self.sections)
        return fixed + str8(self.model) + b"".join(sections)

    @classmethod
    def decode(cls, payload: bytes) -> Result:
        read = Reader(payload)
        width, height, classes, of_label, count = read.u32(), read.u32(), read.u16(), read.u8(), read.u8()
        if not 1 <= classes <= MOST_CLASSES or of_label != label_bytes(classes):
            raise Fault(Code.PROTOCOL, f"RESULT tells {classes} classes in labels of {of_label} bytes")
        generation, batch = read.u32(), read.u16()
        read.reserved(2)
        times = (read.u32(), read.u32(), read.u32())
        digests = (read.take(32), read.take(32), read.take(32), read.take(32))
        total, model = read.u64(), read.str8()
        sections = tuple(_section(read) for _ in range(count))
        read.end()
        if sum(section.length for section in sections) != total:
            raise Fault(Code.PROTOCOL, f"the sections of RESULT do not sum to {total}")
        return cls(width, height, classes, generation, batch, *times, *digests, total, model, sections)


def label_bytes(classes: int) -> int:
    """Bytes of a label."""
    return 1 if classes <= 256 else 2


def expected_sections(outputs: Output, width: int, height: int, classes: int) -> Tuple[Section, ...]:
    """The sections that an answer of this shape must have; a PNG's length is told as 0, since it is the file's."""
    pixels = width * height
    sections = []
    if outputs & Output.LABELS:
        sections.append(Section(Kind.LABELS, label_bytes(classes), pixels * label_bytes(classes)))
    if outputs & Output.CONFIDENCE:
        sections.append(Section(Kind.CONFIDENCE, 1, pixels))
    if outputs & (Output.PROBABILITIES_F16 | Output.PROBABILITIES_F32):
        size = 2 if outputs & Output.PROBABILITIES_F16 else 4
        sections.append(Section(Kind.PROBABILITIES, size, classes * pixels * size))
    if outputs & Output.PALETTE_PNG:
        sections.append(Section(Kind.PALETTE_PNG, 1, 0))
    return tuple(sections)


def _section(read: Reader) -> Section:
    kind, element_bytes = read.u8(), read.u8()
    read.reserved(6)
    return Section(kind, element_bytes, read.u64())
