"""Both clients against scripted answers: retries, deadlines, credit, draining, tokens, TLS."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Callable, List, Optional

import numpy as np
import numpy.typing as npt

from tessera_client import (
    AsyncClient,
    Client,
    Code,
    ConnectionFailed,
    Receipt,
    RequestFailed,
    Retry,
    Segmentation,
    TesseraError,
)
from tessera_client import zstd as zstd_strict
from tessera_client.endpoint import Endpoint
from tessera_client.frames import FrameType
from tessera_client.messages import AuthOK, Goaway, Opaque, Open, Status

from .server import DEFAULTS, Peer, ScriptedServer


def image(height: int = 2, width: int = 3) -> npt.NDArray[np.uint8]:
    return np.arange(height * width * 3, dtype=np.uint32).astype(np.uint8).reshape(height, width, 3)


def serve(peer: Peer) -> None:
    peer.greet()
    peer.serve()


class Both(unittest.TestCase):
    """Runs the same calls with the synchronous client and with the one for asyncio."""

    def with_clients(
        self, scripts: Callable[[], List[Callable[[Peer], None]]], body: Callable[[Any], object], **options: Any
    ) -> None:
        for kind in (Client, Blocking):
            with self.subTest(kind.__name__), ScriptedServer(*scripts()) as server:
                client = kind("127.0.0.1", server.port, **options)
                try:
                    body(client)
                finally:
                    client.close()

    def fails(self, call: Callable[[], object], code: Code, retry: Retry) -> TesseraError:
        with self.assertRaises(TesseraError) as caught:
            call()
        self.assertEqual((caught.exception.code, caught.exception.retry), (code, retry), str(caught.exception))
        return caught.exception


class Blocking:
    """AsyncClient behind calls that wait."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = AsyncClient(*arguments, **options)

    def segment(self, *arguments: Any, **options: Any) -> Segmentation:
        return self._loop.run_until_complete(self._client.segment(*arguments, **options))

    def info(self, model: str = "") -> Status:
        return self._loop.run_until_complete(self._client.info(model))

    def ping(self) -> float:
        return self._loop.run_until_complete(self._client.ping())

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


class Retries(Both):
    def test_nothing_is_sent_again_unasked(self) -> None:
        def refuse(peer: Peer) -> None:
            peer.greet()
            number, message, _ = peer.read_request()
            peer.fail(Code.OVERLOADED, number, 3, 20)
            number, message, _ = peer.read_request()
            peer.answer(number, message)

        def body(client: Any) -> None:
            error = self.fails(lambda: client.segment(image()), Code.OVERLOADED, Retry.LATER)
            self.assertEqual(error.retry_after, 0.02)
            self.assertIsInstance(error, RequestFailed)
            self.assertEqual(client.segment(image()).labels.shape, (2, 3))

        self.with_clients(lambda: [refuse], body)

    def test_later_and_at_once_are_sent_again(self) -> None:
        def refuse_twice(peer: Peer) -> None:
            peer.greet()
            number, _, _ = peer.read_request()
            peer.fail(Code.OVERLOADED, number, 3, 20)
            number, _, _ = peer.read_request()
            peer.fail(4711, number, 1)
            peer.serve()

        def body(client: Any) -> None:
            start = time.monotonic()
            self.assertEqual(client.segment(image()).classes, 3)
            self.assertGreater(time.monotonic() - start, 0.02)

        self.with_clients(lambda: [refuse_twice], body, retries=2)

    def test_a_lost_connection_is_made_anew(self) -> None:
        def hang_up(peer: Peer) -> None:
            peer.greet()
            peer.read_request()

        def body(client: Any) -> None:
            self.assertEqual(client.segment(image(), retries=1).classes, 3)

        self.with_clients(lambda: [hang_up, serve], body)

    def test_never_and_another_server_are_not_sent_again(self) -> None:
        def refuse(peer: Peer) -> None:
            peer.greet()
            for code, retry in ((Code.UNKNOWN_MODEL, 0), (Code.INTERNAL, 2)):
                number, _, _ = peer.read_request()
                peer.fail(code, number, retry)

        def body(client: Any) -> None:
            self.fails(lambda: client.segment(image(), retries=3), Code.UNKNOWN_MODEL, Retry.NEVER)
            self.fails(lambda: client.segment(image(), retries=3), Code.INTERNAL, Retry.ANOTHER_SERVER)

        self.with_clients(lambda: [refuse], body)

    def test_nothing_is_sent_again_behind_the_deadline(self) -> None:
        def refuse(peer: Peer) -> None:
            peer.greet()
            number, message, _ = peer.read_request()
            self.assertIn(message.budget_ms, range(3_000, 5_001))
            peer.fail(Code.OVERLOADED, number, 3, 60_000)

        def body(client: Any) -> None:
            self.fails(lambda: client.segment(image(), retries=3, deadline=5), Code.OVERLOADED, Retry.LATER)

        self.with_clients(lambda: [refuse], body)


class Endings(Both):
    def test_a_deadline_cancels(self) -> None:
        def be_slow(peer: Peer) -> None:
            peer.greet()
            number, _, _ = peer.read_request()
            header, _ = peer.read()
            self.assertEqual((header.type, header.request_id), (FrameType.CANCEL, number))
            peer.fail(Code.CANCELLED, number)
            peer.serve()

        def body(client: Any) -> None:
            self.fails(lambda: client.segment(image(), deadline=0.1), Code.DEADLINE, Retry.NEVER)
            self.assertEqual(client.segment(image()).classes, 3)

        self.with_clients(lambda: [be_slow], body)

    def test_the_connection_ends_with_a_word(self) -> None:
        def calm(peer: Peer) -> None:
            peer.greet()
            peer.read_request()
            peer.fail(Code.CALM, 0, 3, 1500)

        def body(client: Any) -> None:
            error = self.fails(lambda: client.segment(image()), Code.CALM, Retry.LATER)
            self.assertIsInstance(error, ConnectionFailed)
            self.assertEqual(error.retry_after, 1.5)

        self.with_clients(lambda: [calm], body)

    def test_a_draining_server_answers_what_it_has_and_is_left(self) -> None:
        def drain(peer: Peer) -> None:
            peer.greet()
            number, message, _ = peer.read_request()
            peer.send(FrameType.GOAWAY, Goaway(number, 1000, Code.DRAINING).encode())
            peer.answer(number, message)
            with self.assertRaises((EOFError, ConnectionError)):
                peer.read()

        def body(client: Any) -> None:
            self.assertEqual(client.segment(image()).classes, 3)
            self.assertEqual(client.segment(image()).classes, 3)

        self.with_clients(lambda: [drain, serve], body)

    def test_nobody_listens(self) -> None:
        with ScriptedServer() as server:
            port = server.port
        for kind in (Client, Blocking):
            client = kind("127.0.0.1", port)
            with self.assertRaises(ConnectionFailed) as caught:
                client.segment(image())
            self.assertEqual(caught.exception.retry, Retry.ANOTHER_SERVER)
            client.close()

    def test_a_server_that_does_not_greet(self) -> None:
        def be_silent(peer: Peer) -> None:
            time.sleep(0.4)

        def body(client: Any) -> None:
            self.fails(lambda: client.segment(image()), Code.TIMEOUT, Retry.AT_ONCE)

        self.with_clients(lambda: [be_silent], body, connect_timeout=0.2)

    def test_cancel_from_another_thread(self) -> None:
        def be_slow(peer: Peer) -> None:
            peer.greet()
            number, _, _ = peer.read_request()
            threading.Timer(0.05, client.cancel).start()
            header, _ = peer.read()
            self.assertEqual((header.type, header.request_id), (FrameType.CANCEL, number))
            peer.fail(Code.CANCELLED, number)
            peer.serve()

        with ScriptedServer(be_slow) as server:
            client = Client("127.0.0.1", server.port)
            self.fails(lambda: client.segment(image()), Code.CANCELLED, Retry.NEVER)
            self.assertEqual(client.segment(image()).classes, 3)
            client.close()


class Answers(Both):
    def test_receipts_can_be_stored(self) -> None:
        def body(client: Any) -> None:
            receipt = client.segment(image()).receipt
            self.assertEqual(Receipt(**json.loads(json.dumps(receipt.to_dict()))), receipt)
            self.assertTrue(receipt.covers(image()))
            self.assertFalse(receipt.covers(image() + np.uint8(1)))
            self.assertEqual(receipt.server_instance, DEFAULTS["instance"])

        self.with_clients(lambda: [serve], body)

    def test_arrays_are_read_only(self) -> None:
        def body(client: Any) -> None:
            labels = client.segment(image()).labels
            with self.assertRaises(ValueError):
                labels[0, 0] = 1

        self.with_clients(lambda: [serve], body)


class Bounds(Both):
    def test_what_the_server_does_not_take_is_not_sent(self) -> None:
        def body(client: Any) -> None:
            self.fails(lambda: client.segment(image(5, 3)), Code.TOO_LARGE, Retry.NEVER)
            self.fails(lambda: client.segment(image(4, 4)), Code.TOO_LARGE, Retry.NEVER)
            self.fails(lambda: client.segment(image(0, 4)), Code.BAD_SHAPE, Retry.NEVER)
            self.fails(lambda: client.segment(image(), outputs=0), Code.UNSUPPORTED, Retry.NEVER)
            self.fails(lambda: client.segment(image(), model="Not/A/Name"), Code.UNKNOWN_MODEL, Retry.NEVER)
            self.fails(lambda: client.segment(b"no png at all, not even one byte"), Code.BAD_IMAGE, Retry.NEVER)
            self.fails(lambda: client.segment(image(), traceparent="0" * 4_100), Code.TOO_LARGE, Retry.NEVER)
            with self.assertRaises(ValueError):
                client.segment(image().astype(np.float32))
            with self.assertRaises(TypeError):
                client.segment("photo.png")
            self.assertEqual(client.segment(image(4, 3)).classes, 3)

        def greet(peer: Peer) -> None:
            peer.greet(max_side=4, max_pixels=15)
            peer.serve()

        self.with_clients(lambda: [greet], body)

    def test_an_answer_over_the_clients_limit_is_given_up(self) -> None:
        def body(client: Any) -> None:
            self.fails(lambda: client.segment(image()), Code.TOO_LARGE, Retry.NEVER)

        self.with_clients(lambda: [serve], body, max_result=5)

    def test_many_requests_stay_within_credit_and_places(self) -> None:
        most = 0

        def count(peer: Peer) -> None:
            nonlocal most
            peer.greet(max_inflight=3, credit=4 * 18, max_chunk=7)
            requests, answered = {}, 0
            while answered < 20:
                header, payload = peer.read()
                if header.type == FrameType.OPEN:
                    requests[header.request_id] = Open.decode(payload)
                    most = max(most, len(requests))
                elif header.flags:
                    peer.answer(header.request_id, requests.pop(header.request_id))
                    answered += 1

        async def run(port: int) -> None:
            async with AsyncClient("127.0.0.1", port, compress=False) as client:
                images = [image() + np.uint8(number) for number in range(20)]
                found = await asyncio.gather(*(client.segment(each) for each in images))
                for each, answer in zip(images, found):
                    self.assertTrue(answer.receipt.covers(each))

        with ScriptedServer(count) as server:
            asyncio.run(run(server.port))
        self.assertEqual(most, 3)

    @unittest.skipUnless(zstd_strict.AVAILABLE, "zstandard is not installed")
    def test_zstd_where_agreed(self) -> None:
        def check(peer: Peer) -> None:
            peer.greet(codecs=(1, 0))
            number, message, content = peer.read_request()
            self.assertEqual(peer.compressed, 1)
            self.assertEqual(content, bytes(64 * 64 * 3))
            peer.answer(number, message)

        self.with_clients(lambda: [check], lambda client: client.segment(np.zeros((64, 64, 3), np.uint8)))


class Pings(Both):
    def test_ping_waits_for_its_turn(self) -> None:
        def echo(peer: Peer) -> None:
            peer.greet(ping_min_ms=100)
            for _ in range(2):
                header, payload = peer.read()
                self.assertEqual(header.type, FrameType.PING)
                peer.send(FrameType.PONG, Opaque.decode(payload).encode())

        def body(client: Any) -> None:
            start = time.monotonic()
            self.assertLess(client.ping(), 1)
            client.ping()
            self.assertGreater(time.monotonic() - start, 0.1)

        self.with_clients(lambda: [echo], body)

    def test_a_wrong_echo_ends_the_connection(self) -> None:
        def lie(peer: Peer) -> None:
            peer.greet()
            peer.read()
            peer.send(FrameType.PONG, bytes(8))

        self.with_clients(lambda: [lie], lambda client: self.fails(client.ping, Code.PROTOCOL, Retry.NEVER))


class Secrets(Both):
    def test_a_token_is_sent_where_it_is_wanted(self) -> None:
        def check(peer: Peer) -> None:
            peer.greet(auth=1)
            header, payload = peer.read()
            self.assertEqual((header.type, payload), (FrameType.AUTH, b"\x01\x06\x00secret"))
            peer.send(FrameType.AUTH_OK, AuthOK(60).encode())
            peer.serve()

        self.with_clients(lambda: [check], lambda client: client.segment(image()), token="secret")

    def test_without_a_token_the_client_leaves(self) -> None:
        self.with_clients(
            lambda: [lambda peer: peer.greet(auth=1)],
            lambda client: self.fails(lambda: client.segment(image()), Code.AUTH, Retry.NEVER),
        )

    def test_tokens_do_not_leave_the_machine_in_the_clear(self) -> None:
        Endpoint("here", 1).check_token("127.0.0.1")
        Endpoint("here", 1).check_token("::1")
        Endpoint("there", 1, ssl.create_default_context()).check_token("192.0.2.1")
        with self.assertRaises(ConnectionFailed) as caught:
            Endpoint("there", 1).check_token("192.0.2.1")
        self.assertEqual(caught.exception.code, Code.AUTH)

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_tls_with_the_protocols_name(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = str(Path(folder, "certificate.pem")), str(Path(folder, "key.pem"))
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
                + ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
                check=True,
                capture_output=True,
            )
            for alpn in (["tessera"], ["h2"], None):
                with self.subTest(alpn):
                    self.check_tls(certificate, key, alpn)
            for kind in (Client, Blocking):
                self.check_unknown_certificate(kind, certificate, key)

    def check_tls(self, certificate: str, key: str, alpn: Optional[List[str]]) -> None:
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(certificate, key)
        if alpn:
            serving.set_alpn_protocols(alpn)
        for kind in (Client, Blocking):
            with ScriptedServer(serve, tls=serving) as server:
                trusting = ssl.create_default_context(cafile=certificate)
                client = kind("127.0.0.1", server.port, tls=trusting, server_hostname="localhost", token="x")
                if alpn == ["tessera"]:
                    # Over a megabyte, so that both directions take several records and frames.
                    self.assertEqual(client.segment(image(600, 700)).classes, 3)
                else:
                    with self.assertRaises(ConnectionFailed):
                        client.segment(image())
                client.close()

    def check_unknown_certificate(self, kind: Any, certificate: str, key: str) -> None:
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(certificate, key)
        with ScriptedServer(serve, tls=serving) as server:
            client = kind("localhost", server.port, tls=ssl.create_default_context())
            error = self.fails(lambda: client.segment(image()), Code.CONNECTION_LOST, Retry.NEVER)
            self.assertIn("certificate", str(error).lower())
            client.close()


if __name__ == "__main__":
    unittest.main()
