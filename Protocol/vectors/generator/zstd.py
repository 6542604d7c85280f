"""Puts zstd frames together by hand (RFC 8878), so that each rule of zstd-strict can be broken alone."""

MASK = (1 << 64) - 1
P1, P2, P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P4, P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5

MAGIC = bytes.fromhex("28b52ffd")


def xxh64(data):
    """XXH64 with seed 0 (xxHash specification 0.1.1)."""
    def rotate(x, k):
        return (x << k | x >> 64 - k) & MASK

    def word(at, count):
        return int.from_bytes(data[at:at + count], "little")

    def mix(lane, value):
        return rotate(lane + value * P2 & MASK, 31) * P1 & MASK

    at = 0
    value = P5
    if len(data) >= 32:
        lanes = [P1 + P2 & MASK, P2, 0, -P1 & MASK]
        while at + 32 <= len(data):
            lanes = [mix(lane, word(at + 8 * i, 8)) for i, lane in enumerate(lanes)]
            at += 32
        value = sum(rotate(lane, k) for lane, k in zip(lanes, (1, 7, 12, 18))) & MASK
        for lane in lanes:
            value = ((value ^ mix(0, lane)) * P1 + P4) & MASK
    value = value + len(data) & MASK
    while at + 8 <= len(data):
        value = (rotate(value ^ mix(0, word(at, 8)), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= len(data):
        value = (rotate(value ^ word(at, 4) * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        value = rotate(value ^ byte * P5 & MASK, 11) * P1 & MASK
    value = (value ^ value >> 33) * P2 & MASK
    value = (value ^ value >> 29) * P3 & MASK
    return value ^ value >> 32


def checksum(plain):
    return (xxh64(plain) & 0xFFFFFFFF).to_bytes(4, "little")


def block(kind, size, content, last=True):
    return (size << 3 | kind << 1 | int(last)).to_bytes(3, "little") + content


def raw(data, last=True):
    return block(0, len(data), data, last)


def rle(byte, count, last=True):
    return block(1, count, bytes([byte]), last)


def zeroes(count):
    """RLE blocks of at most 128 KiB each."""
    sizes = [131_072] * (count // 131_072) + ([count % 131_072] if count % 131_072 else [])
    return b"".join(rle(0, size, i == len(sizes) - 1) for i, size in enumerate(sizes))


def size_field(count, width):
    """The content size field: its bytes, and its code in the descriptor."""
    value = count - 256 if width == 2 else count
    return value.to_bytes(width, "little"), {1: 0, 2: 1, 4: 2, 8: 3}[width]


def frame(
    plain, blocks=None, *, width=2, magic=MAGIC, window=None, extra_bits=0, dictionary=b"", size=None, check=None,
    content=None,
):
    """A frame of one segment with content size and checksum unless told otherwise.

    `window` is a Window_Descriptor byte and makes it a frame of several segments; `size` is the content size field and
    may be b""; `check` is the checksum and may be b"", which also clears its bit.
    """
    field, code = size_field(len(plain) if content is None else content, width)
    if size is not None:
        field, code = size, 0
    descriptor = code << 6 | (0 if window is not None else 32) | (0 if check == b"" else 4) | extra_bits
    return (
        magic + bytes([descriptor]) + (b"" if window is None else bytes([window])) + dictionary + field
        + (raw(plain) if blocks is None else blocks) + (checksum(plain) if check is None else check))


# `zstd -3 --check` of TEXT, made once: literals and sequences, which nobody writes by hand.
TEXT = b"".join(b"the pole stands on the pavement beside car %d; " % (i * i % 17) for i in range(12))
COMPRESSED_TEXT = bytes.fromhex(
    "28b52ffd642d01cd0200740374686520706f6c65207374616e6473206f6e206176656d656e74206265736964652063617220"
    "303b313439313638323135313335323b200c000253a8d409eb30260a4c2698429e31516032812902f346f5429fc3da35c3d6"
    "0605b4")
