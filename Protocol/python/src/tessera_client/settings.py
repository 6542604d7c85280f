"""What a client offers and accepts: SPEC sections 6.1 and 10."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Optional, Tuple

from . import zstd
from .frames import IDENTITY, MIB, ZSTD
from .messages import Hello
from .messages.greeting import MOST_TOKEN
from .wire import TLV


def _number() -> int:
    return random.randrange(16) << 4 | 0xA


@dataclass(frozen=True)
class Grease:
    """Numbers that are never assigned, sent so that servers keep skipping what they do not know."""

    version: int = field(default_factory=_number)
    codec: int = field(default_factory=_number)
    tlv: TLV = field(default_factory=lambda: (_number() << 8 | _number(), random.randbytes(1)))


@dataclass(frozen=True)
class Settings:
    """What a client offers and accepts; sizes in bytes, times in seconds.

    ``codecs`` stand in order of preference, ``compresses`` is whether RGB8 is sent compressed where codec 1 is agreed
    on, ``patience`` how much longer than the server's own limit a request without a deadline is waited for.
    """

    agent: str = "tessera-client"
    codecs: Tuple[int, ...] = (ZSTD, IDENTITY) if zstd.AVAILABLE else (IDENTITY,)
    compresses: bool = zstd.AVAILABLE
    largest_data: int = MIB
    max_result: int = 128 * MIB
    token: Optional[bytes] = None
    handshake: float = 5.0
    patience: float = 30.0
    grease: Grease = field(default_factory=Grease)

    def hello(self, version: int) -> Hello:
        """The HELLO that says so."""
        versions, codecs = (self.grease.version, version), (*self.codecs, self.grease.codec)
        return Hello(self.largest_data, versions, codecs, self.agent, (self.grease.tlv,))

    def __post_init__(self) -> None:
        if self.token is not None and len(self.token) > MOST_TOKEN:
            raise ValueError(f"a token of {len(self.token)} bytes is over {MOST_TOKEN}")
        if ZSTD in self.codecs and not zstd.AVAILABLE:
            raise ValueError("zstd needs the package zstandard: pip install tessera-client[zstd]")
