"""ERROR, PING, PONG, INFO and GOAWAY: SPEC sections 6.7 to 6.11."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Optional, Tuple

from ..errors import Code, ConnectionFailed, Fault, RequestFailed, Retry, Scope
from ..wire import Reader, str8
from .result import MOST_CLASSES

LAST_ID_OF_A_WARNING = (1 << 64) - 1
NO_CANARY = (1 << 32) - 1
PING_BYTES = 8

_ERROR = struct.Struct("<HBBII")
_STATUS = struct.Struct("<BBHIII")
_MODEL = struct.Struct("<I32sHHHIIQ")
_GOAWAY = struct.Struct("<QIHxx")
_NAME = re.compile(r"[a-z0-9_-]{1,64}")


def is_model_name(name: str) -> bool:
    """Whether a model can be called so: ``[a-z0-9_-]{1,64}``."""
    return _NAME.fullmatch(name) is not None


@dataclass(frozen=True)
class ErrorMessage:
    """Why a request or the connection failed."""

    code: int
    scope: int
    retry: int
    retry_after_ms: int = 0
    detail: int = 0
    text: str = ""

    def encode(self) -> bytes:
        return _ERROR.pack(self.code, self.scope, self.retry, self.retry_after_ms, self.detail) + str8(self.text)

    @classmethod
    def decode(cls, payload: bytes) -> ErrorMessage:
        read = Reader(payload)
        code, scope, retry = read.u16(), read.u8(), read.u8()
        if scope > 1 or retry > 3:
            raise Fault(Code.PROTOCOL, f"ERROR tells scope {scope} and retry {retry}")
        message = cls(code, scope, retry, read.u32(), read.u32(), read.str8())
        read.end()
        return message

    def request_error(self) -> RequestFailed:
        """What a frame with a request's id says; raises PROTOCOL where it speaks of the connection."""
        if self.scope != Scope.REQUEST:
            raise Fault(Code.PROTOCOL, "an ERROR of the connection names a request")
        return RequestFailed(
            self.code,
            self.text,
            retry=Retry(self.retry),
            retry_after=self.retry_after_ms / 1000,
            detail=self.detail,
        )

    def connection_error(self) -> ConnectionFailed:
        """What a frame with id 0 says; raises PROTOCOL where it speaks of a request."""
        if self.scope != Scope.CONNECTION:
            raise Fault(Code.PROTOCOL, "an ERROR of a request names none")
        return ConnectionFailed(
            self.code,
            self.text,
            retry=Retry(self.retry),
            retry_after=self.retry_after_ms / 1000,
            detail=self.detail,
        )


@dataclass(frozen=True)
class Opaque:
    """The 8 bytes of PING and PONG."""

    content: bytes

    def encode(self) -> bytes:
        return self.content

    @classmethod
    def decode(cls, payload: bytes) -> Opaque:
        read = Reader(payload)
        content = read.take(PING_BYTES)
        read.end()
        return cls(content)


@dataclass(frozen=True)
class Question:
    """Asks INFO of a model; "" for a list of all."""

    model: str = ""

    def encode(self) -> bytes:
        return str8(self.model)

    @classmethod
    def decode(cls, payload: bytes) -> Question:
        read = Reader(payload)
        model = read.str8()
        read.end()
        return cls(model)


@dataclass(frozen=True)
class ModelClass:
    """What label maps mean by an index."""

    name: str
    red: int
    green: int
    blue: int


@dataclass(frozen=True)
class Model:
    """A model that a server has loaded. ``classes`` are told where the question named the model."""

    name: str
    generation: int
    weights_digest: bytes
    class_count: int
    inputs: int
    outputs: int
    min_side: int
    side_multiple: int
    max_pixels: int
    classes: Tuple[ModelClass, ...] = ()

    def encode(self) -> bytes:
        fixed = _MODEL.pack(
            self.generation,
            self.weights_digest,
            self.class_count,
            self.inputs,
            self.outputs,
            self.min_side,
            self.side_multiple,
            self.max_pixels,
        )
        classes = (str8(part.name) + bytes([part.red, part.green, part.blue]) for part in self.classes)
        return str8(self.name) + fixed + b"".join(classes)

    @classmethod
    def read(cls, read: Reader, named: bool) -> Model:
        name = read.str8()
        if not is_model_name(name):
            raise Fault(Code.PROTOCOL, "INFO tells of a model whose name is none")
        generation, digest, count = read.u32(), read.take(32), read.u16()
        if not 1 <= count <= MOST_CLASSES:
            raise Fault(Code.PROTOCOL, f"INFO tells of a model of {count} classes")
        rest = (read.u16(), read.u16(), read.u32(), read.u32(), read.u64())
        classes = tuple(ModelClass(read.str8(), read.u8(), read.u8(), read.u8()) for _ in range(count if named else 0))
        return cls(name, generation, digest, count, *rest, classes)


@dataclass(frozen=True)
class Status:
    """How a server is: state 0 starting, 1 ready, 2 draining; ``reason`` why not ready, in its own numbers."""

    state: int
    reason: int
    queued: int
    queue_limit: int
    canary_ms: int
    models: Tuple[Model, ...] = ()

    @property
    def canary_age(self) -> Optional[float]:
        """Seconds since the last good canary inference; None where there was none."""
        return None if self.canary_ms == NO_CANARY else self.canary_ms / 1000

    def encode(self) -> bytes:
        fixed = _STATUS.pack(self.state, self.reason, len(self.models), self.queued, self.queue_limit, self.canary_ms)
        return fixed + b"".join(model.encode() for model in self.models)

    @classmethod
    def decode(cls, payload: bytes, named: bool) -> Status:
        """Reads an answer; ``named`` is whether its question named a model."""
        read = Reader(payload)
        state, reason, count = read.u8(), read.u8(), read.u16()
        if state > 2:
            raise Fault(Code.PROTOCOL, f"INFO tells state {state}")
        numbers = (read.u32(), read.u32(), read.u32())
        models = tuple(Model.read(read, named) for _ in range(count))
        read.end()
        return cls(state, reason, *numbers, models)


@dataclass(frozen=True)
class Goaway:
    """No new requests; those above ``last_id`` were not and will not be started."""

    last_id: int
    grace_ms: int
    code: int

    def encode(self) -> bytes:
        return _GOAWAY.pack(self.last_id, self.grace_ms, self.code)

    @classmethod
    def decode(cls, payload: bytes) -> Goaway:
        read = Reader(payload)
        message = cls(read.u64(), read.u32(), read.u16())
        read.reserved(2)
        read.end()
        return message
