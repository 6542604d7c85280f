"""Makes `PngSuite/digests.txt`: what an independent decoder finds in each picture of Willem van Schaik's PngSuite.

A line is `NAME WIDTH HEIGHT RGB IDS`: SHA-256 of `height * width * 3` bytes, and of the stored values of a one-channel
image (u8, or u16 little-endian for 16 bits), else `-`. pypng decodes; Pillow must agree, but for rounding. The
pictures called x... are damaged and have no line. They are those of 2013-01-13, as Debian's source of libstb has them.

    python make_pngsuite.py      (needs pypng and Pillow)
"""

import hashlib
import pathlib
import struct

import png
from PIL import Image

FOLDER = pathlib.Path(__file__).parent / "PngSuite"


def digest(content):
    return hashlib.sha256(content).hexdigest()


def line(path):
    # Colours of gamma, transparency and background are not asked for.
    reader = png.Reader(filename=path)
    width, height, rows, info = reader.read()
    planes, depth = info["planes"], info["bitdepth"]
    # Other pictures may have one, too, as a hint.
    palette = info["palette"] if reader.colormap else None
    pixels = [tuple(row[i:i + planes]) for row in map(list, rows) for i in range(0, len(row), planes)]
    top = (1 << depth) - 1
    if palette:
        colors = [palette[pixel[0]][:3] for pixel in pixels]
    else:
        grey = planes < 3
        # Round half up; 65535 / 257 = 255, so 16 bits never fall on a half.
        colors = [tuple((2 * value * 255 + top) // (2 * top) for value in (pixel[:1] * 3 if grey else pixel[:3]))
                  for pixel in pixels]
    rgb = b"".join(map(bytes, colors))
    code = "H" if depth == 16 else "B"
    ids = struct.pack(f"<{len(pixels)}{code}", *(pixel[0] for pixel in pixels)) if planes == 1 else None
    compare_with_pillow(path, depth, palette, rgb, ids)
    return f"{path.stem} {width} {height} {digest(rgb)} {digest(ids) if ids else '-'}\n"


def compare_with_pillow(path, depth, palette, rgb, ids):
    with Image.open(path) as image:
        if palette:
            assert image.tobytes() == ids and image.convert("RGB").tobytes() == rgb, path
        elif ids and depth == 16:
            assert image.tobytes() == ids, path
        elif depth < 16:
            assert image.convert("RGB").tobytes() == rgb, path
        else:  # of 16-bit colours Pillow keeps the upper byte, which is not rounding
            both = zip(image.convert("RGB").tobytes(), rgb)
            assert all(abs(cut - rounded) <= 1 for cut, rounded in both), path


if __name__ == "__main__":
    pictures = [path for path in sorted(FOLDER.glob("*.png")) if not path.name.startswith("x")]
    (FOLDER / "digests.txt").write_text("".join(map(line, pictures)))
