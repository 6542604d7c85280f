"""The client for asyncio: any number of tasks share one connection."""

from __future__ import annotations

import asyncio
import os
import ssl
from types import TracebackType
from typing import Optional, Set, Type, TypeVar, Union

from .attempts import Attempts
from .connection import Connection
from .endpoint import Endpoint
from .errors import Code, ConnectionFailed, RequestFailed, TesseraError
from .images import Image
from .messages import HelloAck, Output, Status
from .options import make_settings
from .request import Request
from .segmentation import Segmentation
from .session import Session

_T = TypeVar("_T")
_ANSWER_TIME = 10.0


class AsyncClient:
    """A connection to one server, made where needed and made anew after it ended.

    Requests run at once, as far as the server's credit and places in flight allow; others wait here. The parameters
    are those of :class:`tessera_client.Client`.
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
        self._connecting: Optional[asyncio.Lock] = None
        self._session: Optional[Session] = None
        self._sessions: Set[Session] = set()

    async def __aenter__(self) -> AsyncClient:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.aclose()

    async def connect(self) -> HelloAck:
        """Connects where there is no connection; returns what the server told of itself. Raises ConnectionFailed."""
        return (await self._live_session()).server

    async def aclose(self) -> None:
        """Ends the connection; requests under way raise ConnectionFailed."""
        sessions, self._session = list(self._sessions), None
        for session in sessions:
            session.close()
        for session in sessions:
            await session.wait_closed()

    async def segment(
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
        """Segments an image, as :meth:`tessera_client.Client.segment` does.

        Cancelling the task tells the server. The image must not change until the call is over.
        """
        attempts = Attempts(self._retries if retries is None else retries, deadline, asyncio.get_running_loop().time)
        request = await asyncio.to_thread(Request.of, image, outputs, model, generation, background, traceparent)
        while True:
            try:
                return await self._ask(request, attempts.remaining())
            except TesseraError as error:
                pause = attempts.pause(error)
            await asyncio.sleep(pause)

    async def info(self, model: str = "") -> Status:
        """Asks how the server is, as :meth:`tessera_client.Client.info` does."""
        session = await self._live_session()
        await asyncio.sleep(session.info_pace.wait())
        return await self._answer(session, session.ask(model))

    async def ping(self) -> float:
        """Returns the seconds that 8 bytes take to the server and back, as :meth:`tessera_client.Client.ping` does."""
        session = await self._live_session()
        await asyncio.sleep(session.ping_pace.wait())
        loop = asyncio.get_running_loop()
        start = loop.time()
        await self._answer(session, session.ping(os.urandom(8)))
        return loop.time() - start

    async def _ask(self, request: Request, within: Optional[float]) -> Segmentation:
        try:
            session = await asyncio.wait_for(self._live_session(), within)
        except asyncio.TimeoutError:
            raise RequestFailed(Code.DEADLINE, "no connection in time") from None
        answer = await session.segment(request, within)
        return await asyncio.to_thread(answer.decode)

    async def _answer(self, session: Session, answer: asyncio.Future[_T]) -> _T:
        try:
            return await asyncio.wait_for(answer, _ANSWER_TIME)
        except asyncio.TimeoutError:
            error = ConnectionFailed(Code.TIMEOUT, f"no answer within {_ANSWER_TIME:g} s")
            session.fail(error)
            raise error from None

    async def _live_session(self) -> Session:
        if self._connecting is None:
            self._connecting = asyncio.Lock()
        async with self._connecting:
            session = self._session
            if session is None or not session.accepts_requests:
                session = self._session = await self._connect()
            return session

    async def _connect(self) -> Session:
        loop = asyncio.get_running_loop()
        endpoint = self._endpoint
        session = Session(Connection(self._settings, loop.time), self._sessions.discard)
        try:
            await asyncio.wait_for(
                loop.create_connection(
                    lambda: session,
                    endpoint.host,
                    endpoint.port,
                    ssl=endpoint.tls,
                    server_hostname=endpoint.certificate_name,
                ),
                endpoint.connect_timeout,
            )
        except (OSError, asyncio.TimeoutError) as error:
            raise endpoint.failure(error) from error
        self._sessions.add(session)
        try:
            session.check(endpoint)
            await session.greet()
        except BaseException:
            session.close()
            raise
        return session
