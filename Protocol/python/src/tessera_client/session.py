"""A connection on asyncio's transport."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Callable, Deque, Dict, List, Optional, cast

from .connection import Connection
from .endpoint import Endpoint
from .errors import Code, ConnectionFailed, TesseraError
from .events import Closed, Event, Informed, Ponged, Ready, Settled
from .exchange import Exchange
from .messages import HelloAck, Status
from .pace import INFO_INTERVAL, Pace
from .request import Request
from .segmentation import Answer


class Session(asyncio.Protocol):
    """One connection. Methods are for the event loop's thread; ``on_end`` is called when the transport is gone."""

    def __init__(self, connection: Connection, on_end: Callable[[Session], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._on_end = on_end
        self._transport: Optional[asyncio.Transport] = None
        self._is_paused = False
        self._timer: Optional[asyncio.TimerHandle] = None
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._outcomes: Dict[Exchange, asyncio.Future[Answer]] = {}
        self._statuses: Deque[asyncio.Future[Status]] = deque()
        self._pongs: Deque[asyncio.Future[bytes]] = deque()
        self.info_pace = Pace(INFO_INTERVAL, self._loop.time)
        self.ping_pace = Pace(0, self._loop.time)

    @property
    def server(self) -> HelloAck:
        server = self._connection.server
        if server is None:
            raise ConnectionFailed(Code.CONNECTION_LOST, "the server has not greeted")
        return server

    @property
    def accepts_requests(self) -> bool:
        return self._connection.accepts_requests

    def check(self, endpoint: Endpoint) -> None:
        """Checks what the transport leads to; raises ConnectionFailed, before which no token was sent."""
        transport = self._transport
        if transport is None:
            raise ConnectionFailed(Code.CONNECTION_LOST, "the connection ended at once")
        if endpoint.tls is not None:
            endpoint.check_alpn(transport.get_extra_info("ssl_object").selected_alpn_protocol())
        if self._connection.settings.token is not None:
            endpoint.check_token(transport.get_extra_info("peername")[0])

    async def greet(self) -> None:
        """Sends the greeting and waits for the server's; raises ConnectionFailed."""
        self._act([])
        await self._ready
        self.ping_pace = Pace(self.server.ping_min_ms / 1000, self._loop.time)

    async def segment(self, request: Request, within: Optional[float]) -> Answer:
        """Sends a request when there is room, and waits for its answer. Raises TesseraError."""
        exchange = self._connection.submit(request, within)
        outcome: asyncio.Future[Answer] = self._loop.create_future()
        self._outcomes[exchange] = outcome
        self._act([])
        try:
            return await outcome
        finally:
            # Nothing happens where it is settled; a task that was cancelled tells the server.
            self._act(self._connection.cancel(exchange))

    def ask(self, model: str) -> asyncio.Future[Status]:
        """Sends INFO; raises ConnectionFailed."""
        self._connection.ask(model)
        answer: asyncio.Future[Status] = self._loop.create_future()
        self._statuses.append(answer)
        self._act([])
        return answer

    def ping(self, content: bytes) -> asyncio.Future[bytes]:
        """Sends PING; raises ConnectionFailed."""
        self._connection.ping(content)
        answer: asyncio.Future[bytes] = self._loop.create_future()
        self._pongs.append(answer)
        self._act([])
        return answer

    def close(self) -> None:
        """Ends the connection; what is under way fails."""
        self.fail(ConnectionFailed(Code.CANCELLED, "closed by the caller"))

    def fail(self, error: ConnectionFailed) -> None:
        """Ends the connection because of an error."""
        self._act(self._connection.close(error))

    async def wait_closed(self) -> None:
        """Waits until the transport is gone."""
        await self._ended

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._act(self._connection.receive(data))

    def eof_received(self) -> bool:
        self._act(self._connection.receive_end())
        return False

    def connection_lost(self, exc: Optional[Exception]) -> None:
        reason = "the connection was lost" + (f": {exc}" if exc else "")
        self._transport = None
        self._act(self._connection.receive_end(reason))
        if not self._ended.done():
            self._ended.set_result(None)
        self._on_end(self)

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        self._act([])

    # What events lead to.

    def _act(self, events: List[Event]) -> None:
        for event in events:
            self._note(event)
        transport = self._transport
        while transport is not None and not self._is_paused:
            frame = self._connection.next_frame()
            if frame is None:
                break
            transport.write(frame)
        if transport is not None and self._connection.has_drained and not transport.is_closing():
            transport.close()
        self._set_timer()

    def _note(self, event: Event) -> None:
        if isinstance(event, Ready):
            _give(self._ready, None)
        elif isinstance(event, Settled):
            waiter = self._outcomes.pop(event.exchange)
            outcome = event.exchange.outcome
            if isinstance(outcome, Answer):
                _give(waiter, outcome)
            elif outcome is not None:
                _fail(waiter, outcome)
        elif isinstance(event, Informed):
            _give(self._statuses.popleft(), event.status)
        elif isinstance(event, Ponged):
            _give(self._pongs.popleft(), event.content)
        elif isinstance(event, Closed):
            self._end(event.error)

    def _end(self, error: ConnectionFailed) -> None:
        waiting: List[asyncio.Future[Any]] = [self._ready, *self._statuses, *self._pongs]
        self._statuses.clear()
        self._pongs.clear()
        for future in waiting:
            _fail(future, error)
        if not self._ready.cancelled():
            # Nobody may be waiting for it.
            self._ready.exception()
        if self._transport is not None:
            self._transport.abort()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._connection.next_deadline()
        if due is not None:
            self._timer = self._loop.call_at(due, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self._act(self._connection.expire())


def _give(future: asyncio.Future[Any], result: object) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: TesseraError) -> None:
    if not future.done():
        future.set_exception(error)
