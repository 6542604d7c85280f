"""CRC-32C against its definition."""

from __future__ import annotations

import random
import unittest

from tessera_client.crc32c import crc32c


def by_bits(data: bytes) -> int:
    """One bit after the other, without a table."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 & -(value & 1))
    return value ^ 0xFFFFFFFF


class Checksums(unittest.TestCase):
    def test_known_values(self) -> None:
        self.assertEqual(crc32c(b""), 0)
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)
        # RFC 3720, appendix B.4.
        self.assertEqual(crc32c(bytes(32)), 0x8A9136AA)
        self.assertEqual(crc32c(b"\xff" * 32), 0x62A8AB43)
        self.assertEqual(crc32c(bytes(range(32))), 0x46DD794E)

    def test_every_length_around_the_change_of_method(self) -> None:
        data = random.Random(5).randbytes(9000)
        for length in [1, 2, 3, 4, 5, 255, *range(2040, 2060), 2303, 2304, 2305, 4095, 4096, 4097, 8191, 9000]:
            self.assertEqual(crc32c(data[:length]), by_bits(data[:length]), length)
            self.assertEqual(crc32c(memoryview(data)[:length]), by_bits(data[:length]), length)


if __name__ == "__main__":
    unittest.main()
