"""Settings from what users of either client say."""

from __future__ import annotations

from typing import Optional, Union

from . import zstd
from .frames import IDENTITY, ZSTD
from .settings import Settings


def make_settings(
    token: Union[str, bytes, None], compress: Optional[bool], max_result: int, handshake: float
) -> Settings:
    """Makes settings; raises ValueError for a token that is too long, or zstd that is not installed."""
    speaks_zstd = zstd.AVAILABLE if compress is None else compress
    return Settings(
        codecs=(ZSTD, IDENTITY) if speaks_zstd else (IDENTITY,),
        compresses=speaks_zstd,
        max_result=max_result,
        token=token.encode() if isinstance(token, str) else token,
        handshake=handshake,
    )
