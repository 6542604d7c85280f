"""A request before it has an id: SPEC sections 6.4 and 8.2."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Optional, Tuple

from .errors import Code, RequestFailed
from .images import EncodedImage, Image, encode_image
from .messages import HelloAck, Open, Output, is_model_name
from .messages.request import MOST_OPEN, TRACEPARENT
from .wire import TLV

_BOTH_PRECISIONS = Output.PROBABILITIES_F16 | Output.PROBABILITIES_F32
_EVERY_OUTPUT = Output.LABELS | Output.CONFIDENCE | _BOTH_PRECISIONS | Output.PALETTE_PNG
_MOST_MS = (1 << 32) - 1


@dataclass(frozen=True)
class Request:
    """An image and what is asked of it. The image's memory must not change until the answer is there."""

    image: EncodedImage
    digest: bytes
    outputs: Output
    model: str
    generation: int
    background: bool
    tlvs: Tuple[TLV, ...]

    @classmethod
    def of(
        cls,
        image: Image,
        outputs: Output = Output.LABELS,
        model: str = "",
        generation: int = 0,
        background: bool = False,
        traceparent: Optional[str] = None,
    ) -> Request:
        """Encodes and digests an image.

        Raises TypeError or ValueError for what is no image, BAD_IMAGE, UNSUPPORTED outputs and UNKNOWN_MODEL names.
        """
        if not outputs or outputs & ~_EVERY_OUTPUT or outputs & _BOTH_PRECISIONS == _BOTH_PRECISIONS:
            raise RequestFailed(Code.UNSUPPORTED, "ask for at least one known output, and for one precision")
        if model and not is_model_name(model):
            raise RequestFailed(Code.UNKNOWN_MODEL, "a model's name is 1 to 64 of a-z, 0-9, _ and -")
        encoded = encode_image(image)
        traced = ((TRACEPARENT, traceparent.encode("ascii")),) if traceparent else ()
        digest = hashlib.sha256(encoded.content).digest()
        return cls(encoded, digest, outputs, model, generation, background, traced)

    @property
    def total(self) -> int:
        """Bytes of DATA, and the credit that the request takes."""
        return len(self.image.content)

    def check(self, limits: HelloAck) -> None:
        """Checks the request against a server's limits as SPEC section 8.2 does; raises BAD_SHAPE or TOO_LARGE."""
        width, height = self.image.width, self.image.height
        if width < 1 or height < 1:
            raise RequestFailed(Code.BAD_SHAPE, f"the image is {width} x {height}")
        if max(width, height) > limits.max_side or width * height > limits.max_pixels:
            raise RequestFailed(Code.TOO_LARGE, f"an image of {width} x {height} is more than the server takes")
        if self.total > min(limits.max_message, limits.credit):
            raise RequestFailed(Code.TOO_LARGE, f"a message of {self.total} bytes is more than the server takes")
        if len(self.open(None)) > min(MOST_OPEN, limits.max_open):
            raise RequestFailed(Code.TOO_LARGE, "model and traceparent are longer than the server takes")

    def open(self, budget: Optional[float]) -> bytes:
        """Encodes OPEN; ``budget`` in seconds, None for the server's default."""
        budget_ms = 0 if budget is None else min(max(1, round(budget * 1000)), _MOST_MS)
        return Open(
            input=self.image.form,
            outputs=self.outputs,
            width=self.image.width,
            height=self.image.height,
            total=self.total,
            digest=self.digest,
            budget_ms=budget_ms,
            generation=self.generation,
            priority=int(self.background),
            model=self.model,
            tlvs=self.tlvs,
        ).encode()
