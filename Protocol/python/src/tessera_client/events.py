"""What a connection tells its transport."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from .errors import ConnectionFailed
from .exchange import Exchange
from .messages import Goaway, HelloAck, Status


@dataclass(frozen=True)
class Ready:
    """Requests may be submitted."""

    server: HelloAck


@dataclass(frozen=True)
class Settled:
    """A request's outcome stands."""

    exchange: Exchange


@dataclass(frozen=True)
class Ponged:
    """The oldest PING came back."""

    content: bytes


@dataclass(frozen=True)
class Informed:
    """The oldest question was answered."""

    status: Status


@dataclass(frozen=True)
class GoingAway:
    """The server takes no more requests on this connection."""

    goaway: Goaway


@dataclass(frozen=True)
class Closed:
    """The connection is over."""

    error: ConnectionFailed


Event = Union[Ready, Settled, Ponged, Informed, GoingAway, Closed]
