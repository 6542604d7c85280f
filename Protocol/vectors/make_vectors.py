#!/usr/bin/env python3
"""Writes the golden vectors from SPEC.md alone; `--check` compares instead of writing.

Needs the `zstandard` package, which must read every valid zstd payload that was put together by hand.
"""

import json
import pathlib
import sys

import zstandard

from generator import exchanges, invalid_client, invalid_server, valid

FOLDER = pathlib.Path(__file__).parent


def texts():
    """Every file's path and text: one vector a line."""
    good, bad = valid.Collection(), valid.Collection()
    valid.frames(good)
    exchanges.exchanges(good)
    invalid_server.client_faults(bad)
    invalid_client.server_faults(bad)
    for folder, collection in (("valid", good), ("invalid", bad)):
        for name, vectors in sorted(collection.files.items()):
            lines = [json.dumps(vector, ensure_ascii=False, separators=(",", ":")) for vector in vectors]
            yield FOLDER / folder / f"{name}.jsonl", "\n".join(lines) + "\n", vectors


def check_zstd(vectors):
    """Holds frames made by hand against the library."""
    for vector in vectors:
        if "header" in vector and vector["header"]["codec"] == 1:
            plain = zstandard.ZstdDecompressor().decompress(bytes.fromhex(vector["hex"])[32:])
            assert len(plain) == vector["header"]["plain_len"], vector["name"]
            assert valid.hashlib.sha256(plain).hexdigest() == vector["message"]["plain_sha256"], vector["name"]


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(f"usage: {sys.argv[0]} [--check]")
    counts, differing, written = {}, [], set()
    for path, text, vectors in texts():
        check_zstd(vectors)
        counts[path.parent.name] = counts.get(path.parent.name, 0) + len(vectors)
        written.add(path)
        if check:
            if not path.exists() or path.read_text() != text:
                differing.append(path)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    stale = [path for path in FOLDER.glob("*valid/*.jsonl") if path not in written]
    if check:
        differing += stale
    else:
        for path in stale:
            path.unlink()
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    if differing:
        sys.exit("differ from what SPEC.md says: " + ", ".join(str(path) for path in differing))


if __name__ == "__main__":
    main()
