#!/usr/bin/env python3
"""Packs and unpacks the corpora of fuzzing, and makes inputs of the golden vectors.

    corpus.py unpack TARGET FOLDER      the inputs of corpus/TARGET.hex as files
    corpus.py vectors TARGET FOLDER     the golden vectors as files, where the target reads such bytes
    corpus.py pack TARGET FOLDER        the smallest files of a minimised folder as corpus/TARGET.hex

A corpus is a text of hexadecimal digits, an input a line, the shortest first: then a new input is a line in a diff.
"""
import hashlib, json, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VECTORS = HERE.parents[1] / "Protocol" / "vectors"
# Bytes of inputs that one corpus may hold; twice as many as digits, and all corpora together stay below 300 KB.
BUDGET = 15_000


def write(folder, data):
    (Path(folder) / hashlib.sha1(data).hexdigest()).write_bytes(data)


def unpack(target, folder):
    file = HERE / "corpus" / f"{target}.hex"
    for line in file.read_text().split() if file.exists() else []:
        write(folder, bytes.fromhex(line))


def pack(target, folder):
    inputs = sorted({p.read_bytes() for p in Path(folder).iterdir()}, key=lambda data: (len(data), data))
    lines, size = [], 0
    for data in inputs:
        if data and size + len(data) <= BUDGET:
            lines.append(data.hex() + "\n")
            size += len(data)
    (HERE / "corpus" / f"{target}.hex").write_text("".join(lines))
    print(f"{target}: {len(lines)} of {len(inputs)} inputs, {size} bytes")


def frames(folder):
    for file in sorted(VECTORS.glob("valid/*.jsonl")):
        if file.name != "exchange.jsonl":
            for line in file.read_text().splitlines():
                vector = json.loads(line)
                yield vector["from"], bytes.fromhex(vector["hex"])


def exchanges():
    for file in sorted(VECTORS.glob("*/*.jsonl")):
        if file.parent.name == "invalid" or file.name == "exchange.jsonl":
            for line in file.read_text().splitlines():
                yield json.loads(line)


def stream(vector, side):
    return b"".join(bytes.fromhex(f["hex"]) for f in vector["frames"] if f["from"] == side)


def vectors(target, folder):
    if target == "server":
        for vector in exchanges():
            if "server" in vector["plays"]:
                asks = bool((vector.get("server") or {}).get("token"))
                write(folder, bytes([asks, 0]) + stream(vector, "client"))
    elif target == "client":
        for vector in exchanges():
            if "client" in vector["plays"]:
                has_token = bool((vector.get("client") or {}).get("token"))
                write(folder, bytes([1 | 8 * has_token, 0]) + stream(vector, "server"))
    elif target in ("server-frames", "client-frames"):
        for side, data in frames(folder):
            if (side == "client") == (target == "server-frames"):
                write(folder, b"\x03" + data)
    elif target == "messages":
        # In the order of the target's readers.
        order = [0x01, 0x81, 0x02, 0x82, 0x10, 0x90, 0x92, 0x12, 0x20, 0xA0, 0x21, 0xA1, 0xA1, 0xA3]
        for _, data in frames(folder):
            for index, kind in enumerate(order):
                if kind == data[16]:
                    write(folder, bytes([index]) + data[32:])
    elif target == "zstd":
        for _, data in frames(folder):
            if data[18] == 1:
                write(folder, data[4:7] + b"\x14" + data[32:])
        for vector in exchanges():
            for frame in vector["frames"]:
                data = bytes.fromhex(frame["hex"])
                if len(data) > 32 and frame["is"] == "DATA" and data[18] == 1:
                    write(folder, data[4:7] + b"\x14" + data[32:])


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("unpack", "vectors", "pack"):
        sys.exit(__doc__)
    {"unpack": unpack, "vectors": vectors, "pack": pack}[sys.argv[1]](*sys.argv[2:])
