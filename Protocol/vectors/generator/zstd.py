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


def sequence(bits, modes=0x54, codes=b"\3\2\x2c", literals=b"\7\7\7"):
    """A block of raw literals and one sequence: modes of its three tables, their symbols or tables, and its bit stream.

    Mode 0x54 gives one symbol to each of literal length, offset and match length, here 3, 4 … 7 and 259 … 514; the
    bits behind the mark tell the rest, offset first.
    """
    return bytes([len(literals) << 3]) + literals + b"\1" + bytes([modes]) + codes + bits


# Three literals and a match of 297 bytes at offset 1: 300 bytes of 7. The bits are 1 00 00100110.
GOOD_SEQUENCE = sequence(b"\x26\4")
# 300 literals of one byte, which no sequence count follows yet.
LITERALS = b"\xc5\x12\7"

# Compressed blocks that break one rule of RFC 8878 each; among them the cases of zstd's own tests (offset 0, Huffman
# weights cut, bytes behind no sequences).
BROKEN_BLOCKS = [
    ("offset-0", "an offset is at least 1", sequence(b"\x26\3", codes=b"\0\1\x2c")),
    ("offset-before-the-start", "an offset stays in what was written", sequence(b"\x26\x08", codes=b"\3\3\x2c")),
    ("offset-code-over-31", "offset codes end at 31", sequence(b"\xff" * 8, codes=b"\3\x28\x2c")),
    ("literal-length-code-over-35", "literal length codes end at 35", sequence(b"\xff" * 8, codes=b"\x24\2\x2c")),
    ("match-length-code-over-52", "match length codes end at 52", sequence(b"\xff" * 8, codes=b"\3\2\x35")),
    ("more-literals-than-there-are", "sequences use the literals there are", sequence(b"\x22\4", codes=b"\7\2\x2c")),
    ("match-longer-than-the-content", "the blocks hold as many bytes as the content size says", sequence(b"\x27\4")),
    ("bit-stream-without-its-mark", "a bit stream ends with a bit set", sequence(b"\x26\4\0")),
    ("bit-stream-missing", "sequences have a bit stream", sequence(b"")),
    ("bit-stream-too-short", "a bit stream holds all its sequences' bits", sequence(b"\x26")),
    ("tables-repeated-before-any", "a repeated table was there before", sequence(b"\x26\4", 0xFC, b"")),
    (
        "accuracy-over-9", "a table's accuracy has its limit",
        sequence(b"\x26\4", 0x94, b"\x0f" + b"\xff" * 6 + b"\2\x2c"),
    ),
    ("sequences-cut-in-their-count", "the sequence count is whole", LITERALS + b"\xff"),
    ("sequences-missing", "the sequence section is there", LITERALS),
    ("bytes-behind-no-sequences", "no sequences end the block", LITERALS + b"\0x"),
    ("literals-longer-than-the-block", "literals stay within the block", b"\xf8abc"),
    ("literals-treeless-before-any-tree", "a tree that is used again was there before", b"\x33\xc0\0abc\0"),
    ("literals-tree-cut", "Huffman weights are whole", b"\x32\x80\0\x20\xff"),
    ("literals-tree-of-no-power-of-2", "Huffman weights sum to a power of 2", b"\x32\xc0\0\x82\x11\x10\0"),
    ("literals-header-cut", "the header of literals is whole", b"\x0e\xff"),
]
