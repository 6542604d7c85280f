"""zstd-strict: SPEC section 9. Needs the package ``zstandard`` to decode and to encode."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Optional

from .errors import Code, Fault

AVAILABLE = find_spec("zstandard") is not None
"""Whether codec 1 can be offered."""

_MAGIC = bytes.fromhex("28b52ffd")
_CONTENT_SIZE_BYTES = (0, 2, 4, 8)
_BLOCK_HEADER = 3
_RLE = 1
_CHECKSUM = 4


def decode(wire: bytes, plain_len: int, limit: int) -> bytes:
    """Decodes exactly one frame of ``plain_len`` bytes.

    ``limit`` bounds the window: the DATA limit of this direction, in bytes. Raises CODEC or SIZE_MISMATCH.
    """
    check_blocks(wire, check_header(wire, plain_len, limit))
    import zstandard

    # The content size is plain_len by now, so that is all the decoder allocates, and all that it may fill.
    decompressor = zstandard.ZstdDecompressor(max_window_size=max(limit, 1 << 10))
    try:
        plain = decompressor.decompress(wire, max_output_size=plain_len)
    except zstandard.ZstdError as error:
        raise Fault(Code.CODEC, f"the zstd frame does not decode: {error}") from None
    if len(plain) != plain_len:
        raise Fault(Code.SIZE_MISMATCH, f"{len(plain)} bytes were decompressed, {plain_len} announced")
    return plain


def check_header(wire: bytes, plain_len: int, limit: int) -> int:
    """Checks the zstd frame header (RFC 8878, section 3.1.1.1), which decoders read too leniently.

    Returns where the blocks start.
    """
    if wire[:4] != _MAGIC or len(wire) < 5:
        raise Fault(Code.CODEC, "this is no zstd frame")
    descriptor = wire[4]
    if descriptor & 0b11000:
        raise Fault(Code.CODEC, "a reserved or unused bit is set")
    if not descriptor & 0b100:
        raise Fault(Code.CODEC, "the content checksum is missing")
    if descriptor & 0b11:
        raise Fault(Code.CODEC, "dictionaries are not spoken")
    single_segment = bool(descriptor & 0b100000)
    size_flag = descriptor >> 6
    size_bytes = 1 if size_flag == 0 and single_segment else _CONTENT_SIZE_BYTES[size_flag]
    if size_bytes == 0:
        raise Fault(Code.CODEC, "the content size is missing")
    at = 5 if single_segment else 6
    field = wire[at : at + size_bytes]
    if len(field) < size_bytes:
        raise Fault(Code.CODEC, "the zstd frame is cut")
    content_size = int.from_bytes(field, "little") + (256 if size_bytes == 2 else 0)
    if content_size != plain_len:
        raise Fault(Code.SIZE_MISMATCH, f"the zstd frame holds {content_size} bytes, {plain_len} announced")
    window = content_size
    if not single_segment:
        base = 1 << (10 + (wire[5] >> 3))
        window = base + (base >> 3) * (wire[5] & 7)
    if window > limit:
        raise Fault(Code.CODEC, f"the window of {window} bytes is over {limit}")
    return at + size_bytes


def check_blocks(wire: bytes, start: int) -> None:
    """Checks that the frame ends with the last byte: blocks (RFC 8878, section 3.1.1.2), then the checksum."""
    at, is_last = start, False
    while not is_last:
        header = int.from_bytes(wire[at : at + _BLOCK_HEADER], "little")
        is_last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        at += _BLOCK_HEADER + (1 if kind == _RLE else size)
        if at > len(wire):
            raise Fault(Code.CODEC, "the zstd frame is cut")
    if at + _CHECKSUM != len(wire):
        raise Fault(Code.CODEC, "the zstd frame does not end with the payload")


def encode(plain: bytes, level: int = 1) -> Optional[bytes]:
    """Encodes one frame with checksum and content size; None where that does not shrink it."""
    import zstandard

    compressor = zstandard.ZstdCompressor(level=level, write_checksum=True, write_content_size=True)
    wire = compressor.compress(plain)
    return wire if len(wire) < len(plain) else None
