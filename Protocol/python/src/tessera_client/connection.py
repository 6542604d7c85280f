"""A client's side of a connection without any input or output: SPEC sections 8, 10 and 11.3.

Feed what arrives to :meth:`Connection.receive`, send what :meth:`Connection.next_frame` gives, act on the events.
"""

from __future__ import annotations

import time
from collections import deque
from enum import Enum
from typing import Callable, Collection, Deque, Dict, FrozenSet, List, Optional, Tuple

from .crc32c import crc32c
from .errors import Code, ConnectionFailed, Fault, RequestFailed, TesseraError
from .events import Closed, Event, GoingAway, Informed, Ponged, Ready, Settled
from .exchange import Exchange, Stage
from .frames import END, IDENTITY, MIB, PREFACE, ZSTD, FrameType, Header, encode_frame
from .inbound import Arrival, FrameReader
from .messages import Auth, AuthOK, ErrorMessage, Goaway, HelloAck, Opaque, Question, Result, Status
from .request import Request
from .settings import Settings

VERSION = 1


class State(Enum):
    """SPEC section 11.3."""

    GREETING = "greeting"
    AUTHENTICATING = "authenticating"
    OPEN = "open"
    GOING_AWAY = "going away"
    CLOSED = "closed"


_OPEN_TYPES = frozenset(
    {FrameType.RESULT, FrameType.ANSWER, FrameType.ERROR, FrameType.PONG, FrameType.STATUS, FrameType.GOAWAY}
)
_LEGAL: Dict[State, FrozenSet[int]] = {
    State.GREETING: frozenset({FrameType.HELLO_ACK, FrameType.ERROR}),
    State.AUTHENTICATING: frozenset({FrameType.AUTH_OK, FrameType.PONG, FrameType.ERROR, FrameType.GOAWAY}),
    State.OPEN: _OPEN_TYPES,
    State.GOING_AWAY: _OPEN_TYPES,
    State.CLOSED: frozenset(),
}


class Connection:
    """The state machine. ``clock`` tells seconds that never go back."""

    def __init__(self, settings: Optional[Settings] = None, clock: Callable[[], float] = time.monotonic) -> None:
        settings = Settings() if settings is None else settings
        self.settings = settings
        self.state = State.GREETING
        self.server: Optional[HelloAck] = None
        """What the server told in HELLO_ACK."""
        self.goaway: Optional[Goaway] = None
        self._clock = clock
        self._handshake_ends = clock() + settings.handshake
        self._reader = FrameReader()
        self._codecs: FrozenSet[int] = frozenset({IDENTITY})
        self._seq = 0
        self._control: Deque[Tuple[int, int, bytes]] = deque()
        self._waiting: Deque[Exchange] = deque()
        self._sending: Deque[Exchange] = deque()
        self._live: Dict[int, Exchange] = {}
        self._largest_id = 0
        self._credit_taken = 0
        self._pings: Deque[bytes] = deque()
        self._questions: Deque[bool] = deque()
        self._events: List[Event] = []
        self._hello = settings.hello(VERSION).encode()
        self._start = [PREFACE]
        self._control.append((FrameType.HELLO, 0, self._hello))

    # What a frame may be: the rules of FrameReader.

    @property
    def version(self) -> int:
        return 0 if self.server is None else self.server.version

    @property
    def legal(self) -> Collection[int]:
        return _LEGAL[self.state]

    @property
    def codecs(self) -> Collection[int]:
        return self._codecs

    @property
    def data_limit(self) -> int:
        chunk = MIB if self.server is None else self.server.max_chunk
        return min(chunk, self.settings.largest_data)

    @property
    def largest_id(self) -> int:
        return self._largest_id

    def admits(self, header: Header) -> bool:
        if header.request_id == 0:
            return True
        exchange = self._live.get(header.request_id)
        if exchange is None:
            raise Fault(Code.PROTOCOL, f"a frame came for the request {header.request_id}, which has ended")
        if exchange.is_settled:
            return False
        due = {FrameType.RESULT: Stage.SENT, FrameType.ANSWER: Stage.RECEIVING}.get(FrameType(header.type))
        if due is not None and exchange.stage is not due:
            raise Fault(Code.PROTOCOL, f"a frame of type {header.type:#04x} came where {exchange.stage.value}")
        if header.type == FrameType.ANSWER:
            exchange.expect_data(header.plain_len, header.flags == END)
        return True

    # What the transport does.

    def receive(self, data: bytes) -> List[Event]:
        """Takes bytes from the server; returns what they mean."""
        if self._is_closed:
            return []
        self._reader.feed(data)
        try:
            while not self._is_closed:
                arrival = self._reader.next(self)
                if arrival is None:
                    break
                self._take(arrival)
        except Fault as fault:
            self._close(ConnectionFailed(fault.code, fault.text))
        return self._take_events()

    def receive_end(self, reason: str = "the server ended the connection") -> List[Event]:
        """Takes the end of the server's direction, or of the connection."""
        self._close(ConnectionFailed(Code.CONNECTION_LOST, reason))
        return self._take_events()

    def close(self, error: ConnectionFailed) -> List[Event]:
        """Ends the connection from this side, and with it every request."""
        self._close(error)
        return self._take_events()

    def expire(self) -> List[Event]:
        """Gives up what took too long: requests with DEADLINE, the handshake with TIMEOUT."""
        now = self._clock()
        if self.state in (State.GREETING, State.AUTHENTICATING) and now >= self._handshake_ends:
            self._close(ConnectionFailed(Code.TIMEOUT, "the server did not greet in time"))
        for exchange in [*self._live.values(), *self._waiting]:
            if not exchange.is_settled and exchange.patience is not None and now >= exchange.patience:
                self._give_up(exchange, RequestFailed(Code.DEADLINE, "no answer in time"))
        return self._take_events()

    def next_deadline(self) -> Optional[float]:
        """When to call :meth:`expire`, on the connection's clock; None while nothing can expire."""
        times = [
            exchange.patience
            for exchange in [*self._live.values(), *self._waiting]
            if not exchange.is_settled and exchange.patience is not None
        ]
        if self.state in (State.GREETING, State.AUTHENTICATING):
            times.append(self._handshake_ends)
        return min(times, default=None)

    def next_frame(self) -> Optional[bytes]:
        """Returns what to send next, at most one frame of 1 MiB; None while there is nothing to send."""
        if self._is_closed:
            return None
        if self._start:
            return self._start.pop()
        if self._control:
            kind, request_id, payload = self._control.popleft()
            return self._frame(kind, payload, request_id)
        if self._waiting and self._has_room(self._waiting[0]):
            return self._open(self._waiting.popleft())
        if self._sending:
            return self._next_data(self._sending.popleft())
        return None

    # What the user asks for.

    @property
    def _is_closed(self) -> bool:
        return self.state is State.CLOSED

    @property
    def accepts_requests(self) -> bool:
        """Whether a request can be submitted."""
        return self.state is State.OPEN

    @property
    def has_drained(self) -> bool:
        """Whether the server goes away and nothing is left to wait for, so that this side should end too."""
        return self.state is State.GOING_AWAY and all(exchange.is_settled for exchange in self._live.values())

    @property
    def is_idle(self) -> bool:
        """Whether nothing was asked that is not answered."""
        return not (self._live or self._waiting or self._pings or self._questions)

    def submit(self, request: Request, within: Optional[float] = None) -> Exchange:
        """Queues a request until credit and places in flight suffice.

        ``within`` is how many seconds the answer is of use; None leaves it to the server. Raises BAD_SHAPE, TOO_LARGE
        or DRAINING, or what ended the connection.
        """
        server = self._open_server()
        request.check(server)
        exchange = Exchange(request, None if within is None else self._clock() + within)
        self._waiting.append(exchange)
        return exchange

    def cancel(self, exchange: Exchange) -> List[Event]:
        """Gives up a request: CANCELLED at once, whatever the server still makes of it."""
        if not exchange.is_settled:
            self._give_up(exchange, RequestFailed(Code.CANCELLED, "given up by the caller"))
        return self._take_events()

    def ping(self, content: bytes) -> None:
        """Sends PING with 8 bytes."""
        self._open_server(going_away=True)
        self._pings.append(content)
        self._control.append((FrameType.PING, 0, Opaque(content).encode()))

    def ask(self, model: str = "") -> None:
        """Sends INFO: of one model with its classes, or "" for a list."""
        self._open_server(going_away=True)
        self._questions.append(bool(model))
        self._control.append((FrameType.INFO, 0, Question(model).encode()))

    # Sending.

    def _open_server(self, going_away: bool = False) -> HelloAck:
        if self.state is State.GOING_AWAY and not going_away:
            raise RequestFailed(Code.DRAINING, "the server takes no more requests on this connection")
        if self.server is None or self.state not in (State.OPEN, State.GOING_AWAY):
            raise ConnectionFailed(Code.CONNECTION_LOST, f"the connection is {self.state.value}")
        return self.server

    def _frame(
        self, kind: int, payload: bytes, request_id: int = 0, flags: int = 0, codec: int = IDENTITY, plain: int = -1
    ) -> bytes:
        version = 0 if kind == FrameType.HELLO else self.version
        seq, self._seq = self._seq, (self._seq + 1) & 0xFFFFFFFF
        return encode_frame(
            kind,
            payload,
            seq=seq,
            version=version,
            request_id=request_id,
            flags=flags,
            codec=codec,
            plain_len=plain,
        )

    def _has_room(self, exchange: Exchange) -> bool:
        server = self.server
        if server is None or self.state is not State.OPEN or len(self._live) >= server.max_inflight:
            return False
        return self._credit_taken + exchange.request.total <= server.credit

    def _open(self, exchange: Exchange) -> bytes:
        server = self._open_server()
        self._largest_id += 1
        exchange.id = self._largest_id
        exchange.stage = Stage.SENDING
        budget = None
        if exchange.deadline is not None:
            budget = exchange.deadline - self._clock()
        else:
            exchange.patience = self._clock() + server.default_budget_ms / 1000 + self.settings.patience
        self._live[exchange.id] = exchange
        self._credit_taken += exchange.request.total
        self._sending.append(exchange)
        return self._frame(FrameType.OPEN, exchange.request.open(budget), exchange.id)

    def _next_data(self, exchange: Exchange) -> bytes:
        server = self._open_server(going_away=True)
        compress = self.settings.compresses and ZSTD in self._codecs
        wire, codec, plain, last = exchange.next_data(server.max_chunk, compress)
        if not last:
            # Behind the others: requests take turns.
            self._sending.append(exchange)
        return self._frame(FrameType.DATA, wire, exchange.id, END if last else 0, codec, plain)

    # Receiving.

    def _take(self, arrival: Arrival) -> None:
        header, payload = arrival.header, arrival.payload
        if header.request_id:
            self._take_of_request(self._live[header.request_id], arrival)
        elif payload is None:
            raise Fault(Code.PROTOCOL, "a frame of the connection was skipped")
        elif header.type == FrameType.HELLO_ACK:
            self._take_hello_ack(HelloAck.decode(payload))
        elif header.type == FrameType.AUTH_OK:
            AuthOK.decode(payload)
            self._become_open()
        elif header.type == FrameType.PONG:
            self._take_pong(Opaque.decode(payload))
        elif header.type == FrameType.STATUS:
            if not self._questions:
                raise Fault(Code.PROTOCOL, "INFO came without a question")
            self._events.append(Informed(Status.decode(payload, named=self._questions.popleft())))
        elif header.type == FrameType.GOAWAY:
            self._take_goaway(Goaway.decode(payload))
        else:
            self._close(ErrorMessage.decode(payload).connection_error())

    def _take_hello_ack(self, server: HelloAck) -> None:
        if server.version != VERSION:
            raise Fault(Code.VERSION, f"the server picked version {server.version}, which was not offered")
        if server.hello_crc != crc32c(self._hello):
            raise Fault(Code.PROTOCOL, "the server read another HELLO: somebody changed the negotiation")
        if server.auth == 1 and self.settings.token is None:
            raise Fault(Code.AUTH, "the server wants a token")
        self.server = server
        self._codecs = frozenset(server.codecs) & frozenset(self.settings.codecs) | {IDENTITY}
        if server.auth == 1 and self.settings.token is not None:
            self.state = State.AUTHENTICATING
            self._control.append((FrameType.AUTH, 0, Auth(self.settings.token).encode()))
        else:
            self._become_open()

    def _become_open(self) -> None:
        server = self.server
        if server is None:
            raise Fault(Code.PROTOCOL, "the connection opened before it was greeted")
        self.state = State.OPEN if self.goaway is None else State.GOING_AWAY
        self._events.append(Ready(server))

    def _take_pong(self, pong: Opaque) -> None:
        if not self._pings or self._pings.popleft() != pong.content:
            raise Fault(Code.PROTOCOL, "PONG answers no PING")
        self._events.append(Ponged(pong.content))

    def _take_goaway(self, goaway: Goaway) -> None:
        self.goaway = goaway
        if self.state is State.OPEN:
            self.state = State.GOING_AWAY
        self._events.append(GoingAway(goaway))
        untouched = [exchange for number, exchange in self._live.items() if number > goaway.last_id]
        for exchange in [*untouched, *self._waiting]:
            self._give_up(exchange, RequestFailed(Code.DRAINING, "the server takes no more requests"), tell=False)

    def _take_of_request(self, exchange: Exchange, arrival: Arrival) -> None:
        header, payload = arrival.header, arrival.payload
        if header.is_terminal:
            self._release(exchange)
        try:
            if arrival.damaged:
                raise RequestFailed(Code.PAYLOAD_CRC, "a frame of the request came damaged")
            if payload is None or exchange.is_settled:
                return
            if header.type == FrameType.RESULT:
                exchange.take_result(Result.decode(payload), self.settings.max_result)
            elif header.type == FrameType.ANSWER:
                instance = 0 if self.server is None else self.server.instance
                answer = exchange.take_data(payload, header.flags == END, instance)
                if answer is not None:
                    exchange.settle(answer)
                    self._events.append(Settled(exchange))
            else:
                raise ErrorMessage.decode(payload).request_error()
        except RequestFailed as error:
            self._give_up(exchange, error)

    # Ending.

    def _release(self, exchange: Exchange) -> None:
        """Gives credit and place back at the terminal frame."""
        del self._live[exchange.id]
        self._credit_taken -= exchange.request.total
        if exchange in self._sending:
            self._sending.remove(exchange)

    def _give_up(self, exchange: Exchange, error: TesseraError, tell: bool = True) -> None:
        """Fails a request; the server is told where it may still work on it."""
        if exchange.is_settled:
            return
        exchange.settle(error)
        self._events.append(Settled(exchange))
        if exchange in self._waiting:
            self._waiting.remove(exchange)
        if exchange in self._sending:
            self._sending.remove(exchange)
        if tell and exchange.id in self._live:
            self._control.append((FrameType.CANCEL, exchange.id, b""))

    def _close(self, error: ConnectionFailed) -> None:
        if self._is_closed:
            return
        self.state = State.CLOSED
        for exchange in [*self._live.values(), *self._waiting]:
            self._give_up(exchange, error, tell=False)
        self._live.clear()
        self._control.clear()
        self._events.append(Closed(error))

    def _take_events(self) -> List[Event]:
        events, self._events = self._events, []
        return events
