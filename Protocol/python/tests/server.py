"""A server of scripted answers on a loopback port, for what a real one would not do on demand."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
from typing import Any, Callable, Dict, List, Optional, Tuple

from tessera_client import zstd
from tessera_client.crc32c import crc32c
from tessera_client.frames import END, HEADER_BYTES, MIB, PREFACE, ZSTD, FrameType, Header, encode_frame
from tessera_client.messages import ErrorMessage, HelloAck, Open, Output, Result, expected_sections

Script = Callable[["Peer"], None]

DEFAULTS: Dict[str, Any] = dict(
    version=1,
    state=1,
    auth=0,
    instance=9,
    max_chunk=MIB,
    max_open=4096,
    max_inflight=16,
    max_side=8192,
    max_pixels=1 << 24,
    max_message=64 * MIB,
    max_result=128 * MIB,
    credit=64 * MIB,
    default_budget_ms=30_000,
    max_budget_ms=600_000,
    idle_ms=120_000,
    ping_min_ms=5_000,
    frame_ms=10_000,
    write_stall_ms=20_000,
    codecs=(0, 0x4A),
    tlvs=((0x4A4A, b"\x04"),),
)
"""SPEC section 13, greased."""


class Peer:
    """One connection, as the server sees it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb")
        self._seq = 0
        self.version = 0
        self.compressed = 0

    def greet(self, **limits: Any) -> None:
        """Reads preface and HELLO, answers HELLO_ACK."""
        preface = self._file.read(8)
        if not preface:
            raise EOFError
        assert preface == PREFACE, preface
        _, hello = self.read()
        self.send(FrameType.HELLO_ACK, HelloAck(**{**DEFAULTS, "hello_crc": crc32c(hello), **limits}).encode())
        self.version = 1

    def read(self) -> Tuple[Header, bytes]:
        """Reads a frame; raises EOFError at the end of the client's direction."""
        head = self._file.read(HEADER_BYTES)
        if len(head) < HEADER_BYTES:
            raise EOFError
        header = Header.decode(head)
        payload = self._file.read(header.wire_len)
        assert crc32c(payload) == header.payload_crc
        if header.codec == ZSTD:
            self.compressed += 1
            payload = zstd.decode(payload, header.plain_len, MIB)
        return header, payload

    def read_request(self) -> Tuple[int, Open, bytes]:
        """Reads OPEN and its DATA; no other request may come between. A late CANCEL is ignored."""
        header, payload = self.read()
        while header.type == FrameType.CANCEL:
            header, payload = self.read()
        assert header.type == FrameType.OPEN, header
        message, parts = Open.decode(payload), []
        while True:
            part, plain = self.read()
            assert (part.type, part.request_id) == (FrameType.DATA, header.request_id), part
            parts.append(plain)
            if part.flags == END:
                break
        content = b"".join(parts)
        assert (len(content), hashlib.sha256(content).digest()) == (message.total, message.digest)
        return header.request_id, message, content

    def send(self, kind: int, payload: bytes, request_id: int = 0, flags: int = 0) -> None:
        """Sends a frame."""
        frame = encode_frame(kind, payload, seq=self._seq, version=self.version, request_id=request_id, flags=flags)
        self._seq += 1
        self._connection.sendall(frame)

    def fail(self, code: int, request_id: int = 0, retry: int = 0, retry_after_ms: int = 0) -> None:
        """Sends ERROR: of a request, or with id 0 of the connection."""
        scope = 0 if request_id else 1
        self.send(FrameType.ERROR, ErrorMessage(code, scope, retry, retry_after_ms).encode(), request_id)

    def answer(self, request_id: int, message: Open) -> None:
        """Answers that every pixel is of class 0 of 3."""
        sections = expected_sections(Output(message.outputs), message.width, message.height, 3)
        output = bytes(sections[0].length)
        digests = (bytes(32), message.digest, message.digest, hashlib.sha256(output).digest())
        result = Result(message.width, message.height, 3, 1, 1, 0, 0, 0, *digests, len(output), "toy", sections)
        self.send(FrameType.RESULT, result.encode(), request_id)
        self.send(FrameType.ANSWER, output, request_id, END)

    def serve(self) -> None:
        """Answers requests until the client has enough."""
        try:
            while True:
                number, message, _ = self.read_request()
                self.answer(number, message)
        except EOFError:
            pass


class ScriptedServer:
    """Accepts one connection for each script, one after the other; ``check`` tells what went wrong within."""

    def __init__(self, *scripts: Script, tls: Optional[ssl.SSLContext] = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._scripts = scripts
        self._tls = tls
        self._faults: List[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self._thread.join(10)
        self._listener.close()
        if kind is None and self._faults:
            raise self._faults[0]
        if kind is None and self._thread.is_alive():
            raise AssertionError("a script waits for what does not come")

    def _run(self) -> None:
        self._listener.settimeout(10)
        for script in self._scripts:
            try:
                connection, _ = self._listener.accept()
                connection.settimeout(10)
                if self._tls is not None:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                with connection:
                    script(Peer(connection))
            except (ConnectionError, ssl.SSLError, EOFError):
                # The client hung up, which is its right.
                pass
            except BaseException as fault:
                self._faults.append(fault)
