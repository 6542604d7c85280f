"""Every valid frame vector decodes to its meaning and encodes to its bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import unittest
from typing import Any, Dict, Tuple

from tessera_client import zstd
from tessera_client.frames import END, HEADER_BYTES, MIB, ZSTD, FrameType, Header, encode_frame
from tessera_client.messages import (
    Auth,
    AuthOK,
    ErrorMessage,
    Goaway,
    Hello,
    HelloAck,
    Model,
    Opaque,
    Open,
    Question,
    Result,
    Status,
)

from . import vectors

SIMPLE: Dict[int, Any] = {
    FrameType.HELLO: Hello,
    FrameType.HELLO_ACK: HelloAck,
    FrameType.AUTH: Auth,
    FrameType.AUTH_OK: AuthOK,
    FrameType.OPEN: Open,
    FrameType.RESULT: Result,
    FrameType.ERROR: ErrorMessage,
    FrameType.INFO: Question,
    FrameType.GOAWAY: Goaway,
    FrameType.PING: Opaque,
    FrameType.PONG: Opaque,
}


def plain_value(value: Any) -> Any:
    """A field as JSON has it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Model):
        return model_meaning(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [plain_value(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, tuple):
        return [plain_value(entry) for entry in value]
    return value


def meaning(message: Any) -> Dict[str, Any]:
    """The fields of a message by their names."""
    return {field.name: plain_value(getattr(message, field.name)) for field in dataclasses.fields(message)}


def model_meaning(model: Model) -> Dict[str, Any]:
    return meaning(model)


def decode(vector: vectors.Vector, header: Header, payload: bytes) -> Tuple[Dict[str, Any], bytes]:
    """What a payload means, and what it encodes to."""
    if header.type in (FrameType.DATA, FrameType.ANSWER):
        plain = zstd.decode(payload, header.plain_len, MIB) if header.codec == ZSTD else payload
        found: Dict[str, Any] = {
            "end": header.flags == END,
            "plain_sha256": hashlib.sha256(plain).hexdigest(),
        }
        if "plain" in vector["message"]:
            found["plain"] = plain.hex()
        if header.codec == ZSTD:
            again = zstd.encode(plain)
            assert again is None or zstd.decode(again, len(plain), MIB) == plain
        return found, payload
    if header.type == FrameType.CANCEL:
        return {}, payload
    if header.type == FrameType.STATUS:
        named = vector["message"]["named"]
        status = Status.decode(payload, named)
        return {**meaning(status), "named": named}, status.encode()
    message = SIMPLE[header.type].decode(payload)
    found = meaning(message)
    if isinstance(message, Result):
        found["label_bytes"] = message.label_bytes
    if isinstance(message, Opaque):
        found = {"bytes": found["content"]}
    return found, message.encode()


class FrameVectors(unittest.TestCase):
    def test_each_decodes_to_its_meaning_and_encodes_to_its_bytes(self) -> None:
        count = 0
        for vector in vectors.frames():
            with self.subTest(vector["name"]):
                frame = bytes.fromhex(vector["hex"])
                header, payload = Header.decode(frame[:HEADER_BYTES]), frame[HEADER_BYTES:]
                if header.codec == ZSTD and not zstd.AVAILABLE:
                    self.skipTest("zstandard is not installed")
                fields = meaning(header)
                fields["id"] = fields.pop("request_id")
                self.assertEqual(fields, vector["header"])
                self.assertEqual(header.wire_len, len(payload))
                found, encoded = decode(vector, header, payload)
                self.assertEqual(found, vector["message"])
                again = encode_frame(
                    header.type,
                    encoded,
                    seq=header.seq,
                    version=header.version,
                    request_id=header.request_id,
                    flags=header.flags,
                    codec=header.codec,
                    plain_len=header.plain_len,
                )
                self.assertEqual(again.hex(), vector["hex"])
                count += 1
        self.assertGreater(count, 80)


if __name__ == "__main__":
    unittest.main()
