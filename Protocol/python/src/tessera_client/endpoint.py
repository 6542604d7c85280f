"""Where a server is and how it is reached: SPEC sections 2, 6.3 and 17."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import Optional

from .errors import Code, ConnectionFailed, Retry

ALPN = "tessera"


@dataclass(frozen=True)
class Endpoint:
    """A server's address. ``tls`` gets the protocol's ALPN; ``server_hostname`` is what its certificate must name."""

    host: str
    port: int
    tls: Optional[ssl.SSLContext] = None
    server_hostname: Optional[str] = None
    connect_timeout: float = 5.0

    def __post_init__(self) -> None:
        if self.tls is not None:
            self.tls.set_alpn_protocols([ALPN])

    @property
    def certificate_name(self) -> Optional[str]:
        """What the server's certificate must name; None without TLS."""
        return None if self.tls is None else (self.server_hostname or self.host)

    def check_alpn(self, chosen: Optional[str]) -> None:
        """Raises PROTOCOL where TLS leads to something else than TSP."""
        if chosen != ALPN:
            raise ConnectionFailed(Code.PROTOCOL, f"{self} speaks TLS, but not {ALPN}")

    def check_token(self, peer: str) -> None:
        """Raises AUTH where a token would travel in the clear to another machine."""
        if self.tls is None and not ipaddress.ip_address(peer.split("%")[0]).is_loopback:
            raise ConnectionFailed(Code.AUTH, f"a token goes to {self} over TLS only")

    def failure(self, error: BaseException) -> ConnectionFailed:
        """Says why no connection came about."""
        hopeless = isinstance(error, (ssl.SSLError, socket.gaierror))
        retry = Retry.NEVER if hopeless else Retry.ANOTHER_SERVER
        cause = str(error) or "no answer in time"
        return ConnectionFailed(Code.CONNECTION_LOST, f"cannot connect to {self}: {cause}", retry=retry)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
