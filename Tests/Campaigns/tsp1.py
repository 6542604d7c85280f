"""A minimal client of TSP/1 (Protocol/SPEC.md, section 16): a PNG in, a palette PNG out, one request at a time."""

import hashlib
import socket
import struct

PREFACE = bytes.fromhex("8954 5350 0D0A 1A0A")
CLIENT = {"hello": 0x01, "open": 0x10, "data": 0x11}
HELLO_ACK, RESULT, DATA, ERROR, GOAWAY = 0x81, 0x90, 0x91, 0x92, 0xA3
END = 1


def _crc_table():
    table = []
    for entry in range(256):
        for _ in range(8):
            entry = entry >> 1 ^ (0x82F63B78 if entry & 1 else 0)
        table.append(entry)
    return table


_TABLE = _crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


class Refused(Exception):
    """The server answered with ERROR."""

    def __init__(self, code, retry, text):
        super().__init__(f"error {code}, retry {retry}: {text}")
        self.code = code
        self.retry = retry


class Broken(Exception):
    """The server broke the protocol, or the connection ended."""


class Answer:
    """A result whose digests hold."""

    def __init__(self, generation, weights, output):
        self.generation = generation
        self.weights = weights
        self.output = output


class Client:
    def __init__(self, host, port, timeout=60):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = self.received = self.id = self.version = 0
        self.socket.sendall(PREFACE)
        hello = struct.pack("<IBBBBB", 1 << 20, 1, 1, 1, 0, 0)
        self._send(CLIENT["hello"], hello)
        kind, _, _, payload = self._frame()
        if kind != HELLO_ACK or struct.unpack_from("<I", payload, 4)[0] != crc32c(hello):
            raise Broken("no HELLO_ACK of ours")
        self.version, self.state = payload[0], payload[1]
        self.max_chunk = struct.unpack_from("<I", payload, 16)[0]

    def close(self):
        self.socket.close()

    def segment(self, png, width, height, model="", generation=0):
        """Sends a PNG; returns the palette PNG of its labels."""
        self.id += 1
        name = model.encode()
        digest = hashlib.sha256(png).digest()
        self._send(
            CLIENT["open"],
            struct.pack("<BBHIIBBBBQII", 2, 1, 16, width, height, 3, 8, 0, 0, len(png), 0, generation)
            + digest + bytes([len(name)]) + name,
            self.id,
        )
        for start in range(0, len(png), self.max_chunk):
            chunk = png[start : start + self.max_chunk]
            self._send(CLIENT["data"], chunk, self.id, END if start + len(chunk) == len(png) else 0)
        result, output = None, b""
        while True:
            kind, flags, id, payload = self._frame()
            if kind == GOAWAY:
                continue
            if id not in (0, self.id):
                raise Broken(f"a frame of request {id} while {self.id} is open")
            if kind == ERROR:
                code, _, retry, _, _, length = struct.unpack_from("<HBBIIB", payload)
                raise Refused(code, retry, payload[13 : 13 + length].decode())
            if kind == RESULT and result is None:
                result = payload
            elif kind == DATA and result is not None:
                output += payload
                if flags & END:
                    return self._checked(result, output, digest, width, height)
            else:
                raise Broken(f"a frame of type {kind:02x} is not legal here")

    @staticmethod
    def _checked(result, output, digest, width, height):
        if struct.unpack_from("<II", result) != (width, height):
            raise Broken("the result has another size")
        if result[64:96] != digest:
            raise Broken("the answer is of another image")
        if result[128:160] != hashlib.sha256(output).digest():
            raise Broken("the output changed on its way")
        return Answer(struct.unpack_from("<I", result, 12)[0], result[32:64].hex(), output)

    def _send(self, kind, payload, id=0, flags=0):
        header = struct.pack(
            "<IIQBBBBII", len(payload), len(payload), id, kind, flags, 0, self.version, self.sent, crc32c(payload))
        self.sent = self.sent + 1 & 0xFFFFFFFF
        self.socket.sendall(header + struct.pack("<I", crc32c(header)) + payload)

    def _frame(self):
        header = self._exactly(32)
        if struct.unpack_from("<I", header, 28)[0] != crc32c(header[:28]):
            raise Broken("a header is damaged")
        length, plain, id, kind, flags, codec, _, seq, crc = struct.unpack_from("<IIQBBBBII", header)
        if plain != length or codec != 0 or length > 1 << 20:
            raise Broken("a frame that was not agreed on")
        if seq != self.received:
            raise Broken(f"frame {seq} instead of {self.received}")
        self.received = self.received + 1 & 0xFFFFFFFF
        payload = self._exactly(length)
        if crc != crc32c(payload):
            raise Broken("a payload is damaged")
        return kind, flags, id, payload

    def _exactly(self, count):
        parts = []
        while count:
            part = self.socket.recv(min(count, 1 << 16))
            if not part:
                raise Broken("the connection ended")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)
