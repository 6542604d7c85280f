"""The synchronous client."""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections import deque
from types import TracebackType
from typing import Deque, List, Optional, Type, TypeVar, Union

from .attempts import Attempts
from .connection import Connection
from .endpoint import Endpoint
from .errors import Code, ConnectionFailed, TesseraError
from .events import Closed, Event, Informed, Ponged
from .exchange import Exchange
from .images import Image
from .messages import HelloAck, Output, Status
from .options import make_settings
from .pace import INFO_INTERVAL, Pace
from .request import Request
from .segmentation import Segmentation
from .stream import Stream

_T = TypeVar("_T")
_ANSWER_TIME = 10.0


class Client:
    """A connection to one server, made where needed and made anew after it ended. Threads take turns.

    ``tls``: a context makes the connection one over TLS. ``token``: for servers that want one, over TLS or loopback.
    ``compress``: whether zstd is spoken; None is where the package zstandard is installed. ``max_result``: most bytes
    of an answer. ``retries``: how often a request is sent again where the error's retry class is AT_ONCE or LATER.
    """

    def __init__(
        self,
        host: str,
        port: int = 7450,
        *,
        tls: Optional[ssl.SSLContext] = None,
        server_hostname: Optional[str] = None,
        token: Union[str, bytes, None] = None,
        compress: Optional[bool] = None,
        max_result: int = 128 << 20,
        connect_timeout: float = 5.0,
        retries: int = 0,
    ) -> None:
        self._endpoint = Endpoint(host, port, tls, server_hostname, connect_timeout)
        self._settings = make_settings(token, compress, max_result, connect_timeout)
        self._retries = retries
        self._lock = threading.RLock()
        self._session: Optional[_Session] = None
        self._current: Optional[Exchange] = None
        self._cancelled: Optional[Exchange] = None

    def __enter__(self) -> Client:
        self.connect()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def connect(self) -> HelloAck:
        """Connects where there is no connection; returns what the server told of itself. Raises ConnectionFailed."""
        with self._lock:
            return self._live_session().server

    def close(self) -> None:
        """Ends the connection."""
        with self._lock:
            if self._session is not None:
                self._session.close()
                self._session = None

    def segment(
        self,
        image: Image,
        *,
        outputs: Output = Output.LABELS,
        model: str = "",
        generation: int = 0,
        deadline: Optional[float] = None,
        background: bool = False,
        traceparent: Optional[str] = None,
        retries: Optional[int] = None,
    ) -> Segmentation:
        """Segments an image: uint8 of shape (height, width, 3), or the bytes of a PNG file.

        ``deadline`` is how many seconds the answer is of use; ``model`` "" and ``generation`` 0 are the server's
        default. Raises RequestFailed or ConnectionFailed; ValueError or TypeError for what is no image.
        """
        request = Request.of(image, outputs, model, generation, background, traceparent)
        attempts = Attempts(self._retries if retries is None else retries, deadline, time.monotonic)
        with self._lock:
            while True:
                try:
                    return self._ask(request, attempts.remaining())
                except TesseraError as error:
                    pause = attempts.pause(error)
                time.sleep(pause)

    def cancel(self) -> None:
        """Gives up the request that another thread waits for, if one does: its call raises CANCELLED."""
        session, self._cancelled = self._session, self._current
        if session is not None and self._cancelled is not None:
            session.stream.wake()

    def info(self, model: str = "") -> Status:
        """Asks how the server is: its models, or one of them with its classes.

        Waits where the last question was within a second. Raises ConnectionFailed.
        """
        with self._lock:
            session = self._live_session()
            time.sleep(session.info_pace.wait())
            session.connection.ask(model)
            return session.wait_for(session.statuses)

    def ping(self) -> float:
        """Returns the seconds that 8 bytes take to the server and back.

        Waits where the last PING was within the server's ``ping_min_ms``. Raises ConnectionFailed.
        """
        with self._lock:
            session = self._live_session()
            time.sleep(session.ping_pace.wait())
            start = time.monotonic()
            session.connection.ping(os.urandom(8))
            session.wait_for(session.pongs)
            return time.monotonic() - start

    def _ask(self, request: Request, within: Optional[float]) -> Segmentation:
        session = self._live_session()
        exchange = session.connection.submit(request, within)
        self._current = exchange
        try:
            while exchange.outcome is None:
                session.step(None)
                if self._cancelled is exchange:
                    session.connection.cancel(exchange)
        finally:
            self._current = None
            # Whoever leaves without an answer tells the server.
            session.connection.cancel(exchange)
            if isinstance(exchange.outcome, TesseraError):
                session.step(0)
            if session.connection.has_drained:
                self.close()
        if isinstance(exchange.outcome, TesseraError):
            raise exchange.outcome
        return exchange.outcome.decode()

    def _live_session(self) -> _Session:
        session = self._session
        if session is not None and not session.is_fresh():
            session.close()
            session = None
        if session is None:
            stream = Stream(self._endpoint, self._settings.token is not None)
            session = _Session(stream, Connection(self._settings))
            session.greet()
            self._session = session
        return session


class _Session:
    """A connection with its stream."""

    def __init__(self, stream: Stream, connection: Connection) -> None:
        self.stream = stream
        self.connection = connection
        self.statuses: Deque[Status] = deque()
        self.pongs: Deque[bytes] = deque()
        self.info_pace = Pace(INFO_INTERVAL, time.monotonic)
        self.ping_pace = Pace(0, time.monotonic)
        self._error: Optional[ConnectionFailed] = None
        self._active = time.monotonic()

    @property
    def server(self) -> HelloAck:
        server = self.connection.server
        if server is None:
            raise ConnectionFailed(Code.CONNECTION_LOST, "the server has not greeted")
        return server

    def greet(self) -> None:
        """Waits for the server's greeting; raises ConnectionFailed."""
        try:
            while not self.connection.accepts_requests:
                self.step(None)
                if self._error is not None:
                    raise self._error
                if self.connection.has_drained:
                    raise ConnectionFailed(Code.DRAINING, "the server takes no more requests")
        except BaseException:
            self.close()
            raise
        self.ping_pace = Pace(self.server.ping_min_ms / 1000, time.monotonic)

    def is_fresh(self) -> bool:
        """Whether requests can be sent, as far as is known, and the server has no reason to have hung up."""
        if time.monotonic() - self._active > 0.9 * self.server.idle_ms / 1000:
            return False
        self.step(0)
        return self.connection.accepts_requests

    def step(self, seconds: Optional[float]) -> None:
        """Sends and receives what there is, for so long at most; None is up to the next deadline."""
        connection = self.connection
        if self._error is not None:
            return
        end = None if seconds is None else time.monotonic() + seconds
        data = self.stream.pump(connection.next_frame, lambda: connection.next_deadline() if end is None else end)
        if data:
            self._active = time.monotonic()
            self._note(connection.receive(data))
        elif data is not None:
            self._note(connection.receive_end())
        self._note(connection.expire())

    def wait_for(self, answers: Deque[_T]) -> _T:
        """Waits for an answer of the connection; raises ConnectionFailed, TIMEOUT after 10 s."""
        end = time.monotonic() + _ANSWER_TIME
        while not answers:
            if self._error is not None:
                raise self._error
            if time.monotonic() >= end:
                error = ConnectionFailed(Code.TIMEOUT, f"no answer within {_ANSWER_TIME:g} s")
                self._note(self.connection.close(error))
                raise error
            self.step(end - time.monotonic())
        return answers.popleft()

    def close(self) -> None:
        """Ends both."""
        self.connection.close(ConnectionFailed(Code.CANCELLED, "closed by the caller"))
        self.stream.close()

    def _note(self, events: List[Event]) -> None:
        for event in events:
            if isinstance(event, Informed):
                self.statuses.append(event.status)
            elif isinstance(event, Ponged):
                self.pongs.append(event.content)
            elif isinstance(event, Closed):
                self._error = event.error
                self.stream.close()
