"""CRC-32C, SPEC section 3.2.

A byte after the other is the definition, and what short payloads get. Long ones are cut into lanes of equal length,
which numpy advances side by side; the lanes' values are then joined pairwise. Joining shifts the left one by as many
zero bytes as the right one is long, a linear map over GF(2) that two tables of 65,536 entries hold.
"""

from __future__ import annotations

from functools import cache
from typing import Tuple, Union

import numpy as np
import numpy.typing as npt

Buffer = Union[bytes, bytearray, memoryview]
_Words = npt.NDArray[np.uint32]

_POLYNOMIAL = 0x82F63B78
_SHORT = 1 << 11
_LANE_BYTES = 256


def _entry(index: int) -> int:
    value = index
    for _ in range(8):
        value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE = tuple(_entry(index) for index in range(256))


def crc32c(data: Buffer) -> int:
    """Returns the checksum of ``data``; 0 for no bytes."""
    if len(data) > _SHORT:
        return _by_lanes(data)
    value = 0xFFFFFFFF
    table = _TABLE
    for byte in bytes(data):
        value = (value >> 8) ^ table[(value ^ byte) & 255]
    return value ^ 0xFFFFFFFF


def _by_lanes(data: Buffer) -> int:
    size = len(data)
    lanes = -(-size // _LANE_BYTES)
    # Zeros in front change nothing once the initial value is where it belongs: in the first four bytes.
    padded = np.zeros(lanes * _LANE_BYTES, np.uint8)
    padded[-size:] = np.frombuffer(data, np.uint8)
    padded[-size : 4 - size] ^= 0xFF
    columns = np.ascontiguousarray(padded.view("<u4").reshape(lanes, _LANE_BYTES // 4).T)
    low, high = _shift(2)
    state = np.zeros(lanes, np.uint32)
    for column in columns:
        state ^= column
        state = low[state & 0xFFFF] ^ high[state >> 16]
    power = _LANE_BYTES.bit_length() - 1
    while len(state) > 1:
        if len(state) % 2:
            state = np.concatenate([np.zeros(1, np.uint32), state])
        low, high = _shift(power)
        left = state[0::2]
        state = low[left & 0xFFFF] ^ high[left >> 16] ^ state[1::2]
        power += 1
    return int(state[0]) ^ 0xFFFFFFFF


@cache
def _shift(power: int) -> Tuple[_Words, _Words]:
    """Tables that append 2**power zero bytes to a value, by its low and its high 16 bits."""
    basis = np.uint32(1) << np.arange(32, dtype=np.uint32)
    if power == 0:
        images = np.array([_TABLE[int(bit) & 255] ^ (int(bit) >> 8) for bit in basis], np.uint32)
    else:
        low, high = _shift(power - 1)
        once = low[basis & 0xFFFF] ^ high[basis >> 16]
        images = low[once & 0xFFFF] ^ high[once >> 16]
    return _span(images[:16]), _span(images[16:])


def _span(images: _Words) -> _Words:
    """The images of all sums of 16 basis values, by their bits."""
    table = np.zeros(1, np.uint32)
    for image in images:
        table = np.concatenate([table, table ^ image])
    return table
