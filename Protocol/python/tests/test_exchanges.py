"""Every exchange vector that a client plays, through the connection without input or output."""

from __future__ import annotations

import contextlib
import hashlib
import unittest
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from tessera_client import zstd
from tessera_client.connection import Connection
from tessera_client.errors import ConnectionFailed, Fault, TesseraError
from tessera_client.events import Closed, Event, Settled
from tessera_client.exchange import Exchange
from tessera_client.frames import HEADER_BYTES, ZSTD, FrameType, Header
from tessera_client.images import EncodedImage
from tessera_client.messages import Input, Opaque, Open, Output, Question
from tessera_client.request import Request
from tessera_client.segmentation import Answer
from tessera_client.settings import Grease, Settings

from . import vectors

Found = Tuple[List[Dict[str, Any]], List[Dict[str, Any]]]


class Player:
    """A connection that does what a vector's client did, fed in pieces of so many bytes."""

    def __init__(self, vector: vectors.Vector, piece: Optional[int]) -> None:
        said = vector["client"]
        token = said.get("token")
        self.connection = Connection(
            Settings(
                agent="tessera",
                codecs=tuple(said.get("codecs", [0])),
                compresses=False,
                max_result=said.get("max_result", 128 << 20),
                token=None if token is None else bytes.fromhex(token),
                grease=Grease(0x7A, 0x7A, (0x7A7A, b"\x07")),
            ),
            clock=lambda: 0.0,
        )
        self._vector = vector
        self._piece = piece
        self._exchanges: Dict[int, Exchange] = {}
        self.results: List[Dict[str, Any]] = []
        self.errors: List[Dict[str, Any]] = []

    def play(self) -> List[Tuple[str, str]]:
        """Plays to the end; returns the client's frames, due and sent."""
        sent: List[Tuple[str, str]] = []
        for index, frame in enumerate(self._vector["frames"]):
            content = bytes.fromhex(frame["hex"])
            if frame["from"] == "server":
                step = self._piece or len(content)
                for start in range(0, len(content), step):
                    self._note(self.connection.receive(content[start : start + step]))
                continue
            out = self.connection.next_frame()
            if out is None:
                self._ask(index, content)
                out = self.connection.next_frame()
            sent.append((frame["hex"], "" if out is None else out.hex()))
        return sent

    def _ask(self, index: int, content: bytes) -> None:
        header, payload = Header.decode(content[:HEADER_BYTES]), content[HEADER_BYTES:]
        if header.type == FrameType.PING:
            self.connection.ping(Opaque.decode(payload).content)
        elif header.type == FrameType.INFO:
            self.connection.ask(Question.decode(payload).model)
        elif header.type == FrameType.CANCEL:
            self._note(self.connection.cancel(self._exchanges[header.request_id]))
        elif header.type == FrameType.OPEN:
            message = Open.decode(payload)
            image = EncodedImage(
                Input(message.input), message.width, message.height, memoryview(self._message(header.request_id, index))
            )
            request = Request(
                image,
                hashlib.sha256(image.content).digest(),
                Output(message.outputs),
                message.model,
                message.generation,
                message.priority == 1,
                message.tlvs,
            )
            within = message.budget_ms / 1000 or None
            self._exchanges[header.request_id] = self.connection.submit(request, within)

    def _message(self, request_id: int, index: int) -> bytes:
        """The plain bytes that the vector's client sent for a request."""
        parts = []
        for frame in self._vector["frames"][index + 1 :]:
            if (frame["from"], frame["is"]) == ("client", "DATA"):
                content = bytes.fromhex(frame["hex"])
                if Header.decode(content[:HEADER_BYTES]).request_id == request_id:
                    parts.append(content[HEADER_BYTES:])
        return b"".join(parts)

    def _note(self, events: List[Event]) -> None:
        for event in events:
            if isinstance(event, Settled):
                outcome = event.exchange.outcome
                if isinstance(outcome, Answer):
                    try:
                        self._note_result(event.exchange.id, outcome)
                        continue
                    except TesseraError as error:
                        outcome = error
                assert outcome is not None
                if outcome.scope == 0:
                    self._note_error(event.exchange.id, outcome)
            elif isinstance(event, Closed):
                self._note_error(0, event.error)

    def _note_result(self, number: int, answer: Answer) -> None:
        found = answer.decode()
        result: Dict[str, Any] = {
            "id": number,
            "width": found.width,
            "height": found.height,
            "classes": found.classes,
        }
        for name in ("labels", "confidence", "probabilities"):
            values = getattr(found, name)
            if values is not None:
                self._check_shape(name, values)
                result[name] = values.reshape(-1).tolist()
        self.results.append(result)

    @staticmethod
    def _check_shape(name: str, values: np.ndarray[Any, Any]) -> None:
        assert values.ndim == (3 if name == "probabilities" else 2), values.shape

    def _note_error(self, number: int, error: TesseraError) -> None:
        self.errors.append({"id": number, "code": int(error.code), "name": error.name, "scope": int(error.scope)})


def accepts(found: Dict[str, Any], due: Dict[str, Any]) -> bool:
    """Whether an error is the one that was due, or another that is as right."""
    names = {due["name"], due.get("or", due["name"])}
    rest = {key: due[key] for key in ("id", "scope")}
    return found["name"] in names and rest == {key: found[key] for key in rest}


class ExchangeVectors(unittest.TestCase):
    def judge(self, kind: str, piece: Optional[int]) -> int:
        count = 0
        for vector in vectors.exchanges(kind):
            with self.subTest(vector["name"]):
                if ZSTD in vector["client"].get("codecs", ()) and not zstd.AVAILABLE:
                    self.skipTest("zstandard is not installed")
                player = Player(vector, piece)
                for due, sent in player.play():
                    self.assertEqual(sent, due)
                # What came before the broken rule is not told in invalid vectors.
                if "results" in vector:
                    self.assertEqual(player.results, vector["results"])
                due_errors = vector["errors"]
                before = len(player.errors) - len(due_errors)
                legal = 0 if kind == "valid" else sum(frame["is"] == "ERROR" for frame in vector["frames"][:-1])
                self.assertIn(before, range(legal + 1), player.errors)
                for found, due_error in zip(player.errors[before:], due_errors):
                    self.assertTrue(accepts(found, due_error), f"{found} is not {due_error}")
                if any(error["scope"] == 1 for error in vector["errors"]):
                    self.assertIsNone(player.connection.next_frame())
                    self.assertFalse(player.connection.accepts_requests)
                count += 1
        return count

    def test_valid_exchanges(self) -> None:
        self.assertGreater(self.judge("valid", None), 20)

    def test_invalid_exchanges(self) -> None:
        self.assertGreater(self.judge("invalid", None), 150)

    def test_valid_exchanges_byte_by_byte(self) -> None:
        self.judge("valid", 1)

    def test_invalid_exchanges_byte_by_byte(self) -> None:
        self.judge("invalid", 1)

    def test_exchanges_in_pieces_that_straddle_frames(self) -> None:
        self.judge("valid", 33)
        self.judge("invalid", 31)


class Damage(unittest.TestCase):
    def test_a_flipped_bit_never_changes_a_result(self) -> None:
        """An accident on the way ends in an error, or in frames that never come."""
        vector = next(each for each in vectors.exchanges("valid") if each["name"] == "exchange-1x1")
        intact = Player(vector, None)
        intact.play()
        self.assertEqual(len(intact.results), 1)
        flipped = 0
        for index, frame in enumerate(vector["frames"]):
            if frame["from"] == "client":
                continue
            content = bytes.fromhex(frame["hex"])
            for bit in range(8 * len(content)):
                damaged = bytearray(content)
                damaged[bit // 8] ^= 1 << bit % 8
                frames = [*vector["frames"]]
                frames[index] = {**frame, "hex": damaged.hex()}
                player = Player({**vector, "frames": frames}, None)
                with contextlib.suppress(ConnectionFailed):
                    # A connection that ended takes no request.
                    player.play()
                self.assertEqual((player.results, len(player.errors)), ([], 1), f"bit {bit} of {frame['is']}")
                flipped += 1
        self.assertGreater(flipped, 3000)


class ZstdVectors(unittest.TestCase):
    """The rules of zstd-strict do not depend on who reads: those that a server plays hold here as well."""

    @unittest.skipUnless(zstd.AVAILABLE, "zstandard is not installed")
    def test_each_broken_rule_is_found(self) -> None:
        count = 0
        for vector in vectors.read("invalid/zstd.jsonl"):
            limit = vector.get("server", {}).get("limits", {}).get("max_chunk", 1 << 20)
            codes = set()
            for frame in vector["frames"]:
                content = bytes.fromhex(frame["hex"])
                if frame["is"] != "DATA":
                    continue
                header = Header.decode(content[:HEADER_BYTES])
                if header.codec != ZSTD:
                    continue
                try:
                    zstd.decode(content[HEADER_BYTES:], header.plain_len, limit)
                except Fault as fault:
                    codes.add(fault.code.name)
            with self.subTest(vector["name"]):
                due = vector["errors"][0]
                if due["name"] in ("CODEC", "SIZE_MISMATCH"):
                    self.assertEqual(len(codes), 1, vector["rule"])
                    self.assertIn(codes.pop(), {due["name"], due.get("or")})
                    count += 1
        self.assertGreater(count, 30)


if __name__ == "__main__":
    unittest.main()
