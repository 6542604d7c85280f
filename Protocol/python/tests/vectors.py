"""The golden vectors, as Protocol/vectors/README.md describes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterator

ROOT = Path(__file__).resolve().parents[2] / "vectors"

Vector = Dict[str, Any]


def read(pattern: str) -> Iterator[Vector]:
    """Yields the vectors of files, one JSON object a line."""
    for path in sorted(ROOT.glob(pattern)):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def frames() -> Iterator[Vector]:
    """Yields the valid frames."""
    return (vector for vector in read("valid/*.jsonl") if "hex" in vector)


def exchanges(kind: str) -> Iterator[Vector]:
    """Yields the exchanges, ``valid`` or ``invalid``, that a client can be tested with."""
    return (vector for vector in read(f"{kind}/*.jsonl") if "client" in vector.get("plays", ()))
