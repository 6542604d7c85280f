"""Makes `decodings.txt`: PNG files of every kind and the values that a decoder must find in them.

A line is `NAME WIDTH HEIGHT PNG RGB IDS`, the last three in hexadecimal. The file is written here from random samples
with Python's zlib and a filter per row; RGB is `height * width * 3` bytes; IDS are the stored values of a one-channel
image (u8, or u16 little-endian for 16 bits), else `-`. The values are computed from the samples and held against Pillow
wherever it decodes a kind faithfully.

    python make_goldens.py      (needs Pillow)
"""

import io
import pathlib
import random
import struct
import zlib

from PIL import Image

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
NAMES = {0: "gray", 2: "rgb", 3: "palette", 4: "grayalpha", 6: "rgba"}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(name, payload):
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def packed(row, depth):
    """Samples of one row as bytes, most significant bits first."""
    bits = "".join(format(sample, f"0{depth}b") for pixel in row for sample in pixel)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(kind, row, above, step):
    out = bytearray([kind])
    for i, value in enumerate(row):
        a = row[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        guess = (0, a, b, (a + b) // 2, paeth(a, b, c))[kind]
        out.append((value - guess) & 255)
    return bytes(out)


def image_data(pixels, depth, channels, interlaced):
    step = max(1, depth * channels // 8)
    data = b""
    for x, y, dx, dy in PASSES if interlaced else ((0, 0, 1, 1),):
        rows = [row[x::dx] for row in pixels[y::dy]]
        above = None
        for row in rows if rows and rows[0] else ():
            raw = packed(row, depth)
            data += filtered(random.randrange(5), raw, above or bytes(len(raw)), step)
            above = raw
    return data


def rgb(pixel, color, depth, palette):
    top = (1 << depth) - 1
    if color == 3:
        return palette[pixel[0]]
    grey = pixel[:1] * 3 if color in (0, 4) else pixel[:3]
    # Round half up; 65535 / 257 = 255, so 16 bits never fall on a half.
    return tuple((2 * value * 255 + top) // (2 * top) for value in grey)


def make(color, depth, interlaced, width, height, suffix=""):
    channels = CHANNELS[color]
    palette = [tuple(random.randrange(256) for _ in range(3)) for _ in range(min(1 << depth, 200))]
    top = len(palette) if color == 3 else 1 << depth
    pixels = [[tuple(random.randrange(top) for _ in range(channels)) for _ in range(width)] for _ in range(height)]
    data = zlib.compress(image_data(pixels, depth, channels, interlaced))
    half = len(data) // 2
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced))
    png += chunk(b"gAMA", struct.pack(">I", 20000))
    if color == 3:
        png += chunk(b"PLTE", b"".join(map(bytes, palette))) + chunk(b"tRNS", bytes([0, 128]))
    png += chunk(b"tEXt", b"Title\0ignored") + chunk(b"IDAT", data[:half]) + chunk(b"IDAT", data[half:])
    png += chunk(b"IEND", b"")

    name = f"{NAMES[color]}{depth}{'-adam7' if interlaced else ''}{suffix}"
    colors = b"".join(bytes(rgb(pixel, color, depth, palette)) for row in pixels for pixel in row)
    samples = [pixel[0] for row in pixels for pixel in row]
    ids = struct.pack(f"<{len(samples)}{'H' if depth == 16 else 'B'}", *samples) if channels == 1 else b""
    compare_with_pillow(name, png, color, depth, palette, colors, ids)
    return f"{name} {width} {height} {png.hex()} {colors.hex()} {ids.hex() or '-'}\n"


def compare_with_pillow(name, png, color, depth, palette, colors, ids):
    with Image.open(io.BytesIO(png)) as image:
        if color == 3:
            table = image.getpalette("RGB")
            assert [tuple(table[3 * i : 3 * i + 3]) for i in range(len(palette))] == palette, name
            assert image.tobytes() == ids, name
        elif color == 0 and depth == 16:
            assert image.tobytes() == ids, name
        elif depth < 16:  # of 16-bit colours Pillow keeps the upper byte, which is not rounding
            assert image.convert("RGB").tobytes() == colors, name


if __name__ == "__main__":
    random.seed(20240607)
    lines = []
    for color, depths in DEPTHS.items():
        for depth in depths:
            for interlaced in (0, 1):
                lines.append(make(color, depth, interlaced, 13, 9))
    for width, height in ((1, 1), (1, 7), (5, 1), (3, 2)):
        lines.append(make(0, 1, 1, width, height, f"-{width}x{height}"))
        lines.append(make(6, 16, 1, width, height, f"-{width}x{height}"))
    (pathlib.Path(__file__).parent / "decodings.txt").write_text("".join(lines))
