"""Images as they travel: SPEC section 7, inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Tuple, Union

import numpy as np
import numpy.typing as npt

from .errors import Code, RequestFailed
from .messages import Input

Image = Union["npt.NDArray[np.uint8]", bytes, bytearray, memoryview]
"""RGB pixels of shape (height, width, 3), or the bytes of a PNG file."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IHDR_END = 29


@dataclass(frozen=True)
class EncodedImage:
    """An image as it travels; sides in pixels."""

    form: Input
    width: int
    height: int
    content: memoryview


def encode_image(image: Image) -> EncodedImage:
    """Shows an image as bytes, without a copy where its rows are contiguous.

    Raises TypeError or ValueError for an array of another type or shape, and BAD_IMAGE for bytes that start no PNG.
    """
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(f"an image is uint8 of shape (height, width, 3), not {image.dtype} of {image.shape}")
        height, width, _ = image.shape
        pixels = np.ascontiguousarray(image).reshape(-1)
        return EncodedImage(Input.RGB8, width, height, pixels.data.toreadonly())
    if not isinstance(image, (bytes, bytearray, memoryview)):
        raise TypeError(f"an image is a numpy array or the bytes of a PNG file, not {type(image).__name__}")
    content = memoryview(image).cast("B").toreadonly()
    width, height = png_header(content)[:2]
    return EncodedImage(Input.PNG, width, height, content)


def png_header(png: memoryview) -> Tuple[int, int, int, int, int]:
    """Reads width, height, depth, colour type and interlacing of IHDR; raises BAD_IMAGE."""
    start = bytes(png[:_IHDR_END])
    if len(start) < _IHDR_END or start[:8] != PNG_SIGNATURE or start[8:16] != b"\x00\x00\x00\x0dIHDR":
        raise RequestFailed(Code.BAD_IMAGE, "the bytes are no PNG file")
    width, height = int.from_bytes(start[16:20], "big"), int.from_bytes(start[20:24], "big")
    return width, height, start[24], start[25], start[28]
