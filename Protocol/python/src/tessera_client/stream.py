"""A socket that sends and receives at once, up to a moment: the transport of the synchronous client."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import time
from typing import Callable, Optional

from .endpoint import Endpoint
from .errors import ConnectionFailed

_READ_BYTES = 1 << 18


class Stream:
    """One TCP or TLS connection, not blocking. :meth:`wake` may be called by another thread, nothing else."""

    def __init__(self, endpoint: Endpoint, has_token: bool) -> None:
        """Connects; raises ConnectionFailed."""
        self._socket = _connect(endpoint, has_token)
        self._socket.setblocking(False)
        self._outgoing = memoryview(b"")
        self._can_send = True
        self._waker, self._woken = socket.socketpair()
        self._waker.setblocking(False)
        self._woken.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._selector.register(self._socket, selectors.EVENT_READ)

    def pump(self, next_frame: Callable[[], Optional[bytes]], until: Callable[[], Optional[float]]) -> Optional[bytes]:
        """Sends what ``next_frame`` gives while it waits for bytes.

        Returns those, b"" at the end of the stream, and None when woken, or at the moment ``until`` of
        ``time.monotonic()``, which is asked again after sending.
        """
        while True:
            wants = selectors.EVENT_READ | (0 if self._send(next_frame) else selectors.EVENT_WRITE)
            received = self._receive()
            if received is not None:
                return received
            self._selector.modify(self._socket, wants)
            moment = until()
            timeout = None if moment is None else moment - time.monotonic()
            if timeout is not None and timeout <= 0:
                return None
            ready = {key.fileobj for key, _ in self._selector.select(timeout)}
            if self._woken in ready:
                self._woken.recv(4096)
                return None

    def wake(self) -> None:
        """Makes :meth:`pump` return."""
        # Full: it will wake. Closed: nothing waits.
        with contextlib.suppress(OSError):
            self._waker.send(b"!")

    def close(self) -> None:
        """Ends both directions."""
        self._selector.close()
        for each in (self._socket, self._waker, self._woken):
            each.close()

    def _send(self, next_frame: Callable[[], Optional[bytes]]) -> bool:
        """Sends until nothing is left (True) or the system takes no more (False)."""
        while self._can_send:
            if not self._outgoing:
                frame = next_frame()
                if frame is None:
                    return True
                self._outgoing = memoryview(frame)
            try:
                self._outgoing = self._outgoing[self._socket.send(self._outgoing) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                return False
            except ssl.SSLWantReadError:
                return True
            except OSError:
                # The server's last words may still be there to read.
                self._can_send = False
        return True

    def _receive(self) -> Optional[bytes]:
        try:
            return self._socket.recv(_READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except OSError:
            return b""


def _connect(endpoint: Endpoint, has_token: bool) -> socket.socket:
    try:
        plain = socket.create_connection((endpoint.host, endpoint.port), endpoint.connect_timeout)
    except OSError as error:
        raise endpoint.failure(error) from error
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if has_token:
            endpoint.check_token(plain.getpeername()[0])
        if endpoint.tls is None:
            return plain
        secure = endpoint.tls.wrap_socket(plain, server_hostname=endpoint.certificate_name)
    except OSError as error:
        plain.close()
        raise endpoint.failure(error) from error
    except ConnectionFailed:
        plain.close()
        raise
    try:
        endpoint.check_alpn(secure.selected_alpn_protocol())
    except ConnectionFailed:
        secure.close()
        raise
    return secure
