"""Answers as users hold them, and the check of their values: SPEC sections 7 and 8.6."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Dict, Optional, Union

import numpy as np
import numpy.typing as npt

from .errors import Code, RequestFailed
from .images import Image, encode_image, png_header
from .messages import Kind, Result

Labels = npt.NDArray[Union[np.uint8, np.uint16]]
Probabilities = npt.NDArray[Union[np.float16, np.float32]]

_TOLERANCES = {2: 2e-3, 4: 1e-5}
_PALETTE = 3


@dataclass(frozen=True)
class Receipt:
    """Which weights made which output of which input; digests are SHA-256 in hexadecimal digits, times in µs."""

    model: str
    generation: int
    weights_digest: str
    input_digest: str
    pixels_digest: str
    output_digest: str
    width: int
    height: int
    classes: int
    batch: int
    decode_us: int
    queue_us: int
    compute_us: int
    server_instance: int

    def covers(self, image: Image) -> bool:
        """Whether this is the receipt of an image."""
        return hashlib.sha256(encode_image(image).content).hexdigest() == self.input_digest

    def to_dict(self) -> Dict[str, Any]:
        """Returns numbers and texts only, for JSON; ``Receipt(**fields)`` makes it again."""
        return asdict(self)


@dataclass(frozen=True)
class Segmentation:
    """What a model sees in an image, digests and values checked. Arrays are read-only; outputs not asked for are None.

    ``labels``: (height, width), class indices, uint8, or uint16 for over 256 classes.
    ``confidence``: (height, width), uint8, 255 times the largest probability.
    ``probabilities``: (classes, height, width), float16 or float32.
    ``palette_png``: a file whose indices are the labels, in the model's colours.
    """

    width: int
    height: int
    classes: int
    receipt: Receipt
    labels: Optional[Labels] = None
    confidence: Optional[npt.NDArray[np.uint8]] = None
    probabilities: Optional[Probabilities] = None
    palette_png: Optional[bytes] = None


@dataclass(frozen=True)
class Answer:
    """A result whose digests hold, with all bytes of its DATA."""

    result: Result
    content: bytes
    server_instance: int

    def decode(self) -> Segmentation:
        """Checks every value; raises INTERNAL, or NONFINITE_OUTPUT for numbers that are not finite."""
        result = self.result
        parts: Dict[str, Any] = {}
        offset = 0
        for section in result.sections:
            part = memoryview(self.content)[offset : offset + section.length]
            offset += section.length
            if section.kind == Kind.LABELS:
                parts["labels"] = _labels(part, result)
            elif section.kind == Kind.CONFIDENCE:
                parts["confidence"] = np.frombuffer(part, np.uint8).reshape(result.height, result.width)
            elif section.kind == Kind.PROBABILITIES:
                parts["probabilities"] = _probabilities(part, result, section.element_bytes)
            else:
                parts["palette_png"] = _palette_png(part, result)
        return Segmentation(result.width, result.height, result.classes, self._receipt(), **parts)

    def _receipt(self) -> Receipt:
        result = self.result
        return Receipt(
            model=result.model,
            generation=result.generation,
            weights_digest=result.weights_digest.hex(),
            input_digest=result.input_digest.hex(),
            pixels_digest=result.pixels_digest.hex(),
            output_digest=result.output_digest.hex(),
            width=result.width,
            height=result.height,
            classes=result.classes,
            batch=result.batch,
            decode_us=result.decode_us,
            queue_us=result.queue_us,
            compute_us=result.compute_us,
            server_instance=self.server_instance,
        )


def _labels(part: memoryview, result: Result) -> Labels:
    labels: Labels = np.frombuffer(part, "<u1" if result.label_bytes == 1 else "<u2")
    largest = int(labels.max())
    if largest >= result.classes:
        raise RequestFailed(Code.INTERNAL, f"a label is {largest}, of {result.classes} classes")
    return labels.reshape(result.height, result.width)


def _probabilities(part: memoryview, result: Result, element_bytes: int) -> Probabilities:
    flat: Probabilities = np.frombuffer(part, "<f2" if element_bytes == 2 else "<f4")
    planes = flat.reshape(result.classes, result.height, result.width)
    sums = planes.sum(axis=0, dtype=np.float64)
    # Infinity and NaN always show in a sum; finite numbers cannot overflow it.
    if not np.isfinite(sums).all():
        raise RequestFailed(Code.NONFINITE_OUTPUT, "a probability is not finite")
    if float(planes.min()) < 0:
        raise RequestFailed(Code.INTERNAL, "a probability is negative")
    if float(np.abs(sums - 1).max()) > _TOLERANCES[element_bytes]:
        raise RequestFailed(Code.INTERNAL, "the probabilities of a pixel do not sum to 1")
    return planes


def _palette_png(part: memoryview, result: Result) -> bytes:
    try:
        header = png_header(part)
    except RequestFailed:
        raise RequestFailed(Code.INTERNAL, "the palette PNG is none") from None
    if header != (result.width, result.height, 8, _PALETTE, 0):
        raise RequestFailed(Code.INTERNAL, "the palette PNG has another size or form")
    return bytes(part)
