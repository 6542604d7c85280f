"""Conversations of a client with the server that the README of the vectors describes."""

import struct

from . import wire as w

PIXELS = bytes([1, 2, 3, 4, 5, 7])

# What the reference client offers, grease included.
OFFER = {"versions": (0x7A, 1), "agent": "tessera", "extensions": ((0x7A7A, b"\7"),)}


class Talk:
    """Both directions of one connection, in one list of frames."""

    def __init__(self, offer=None, codecs=(0,), limits=None, auth=0, state=1, classes=3, preface=True):
        self.frames = []
        self.client, self.server = w.Side("client", self.frames), w.Side("server", self.frames)
        self.limits = {**w.LIMITS, **(limits or {})}
        self.codecs, self.auth, self.state, self.classes = codecs, auth, state, classes
        offer = OFFER if offer is None else offer
        grease = (0x7A,) if "extensions" in offer else ()
        self.hello_payload = w.hello(codecs=codecs + grease, **offer)
        if preface:
            self.client.raw("PREFACE", w.PREFACE)

    def hello(self, **fields):
        self.client.frame("HELLO", self.hello_payload, **{"version": 0, **fields})

    def hello_ack(self, payload=None, frame=None, **fields):
        if payload is None:
            fields = {
                "auth": self.auth, "state": self.state, "limits": self.limits, "codecs": self.codecs + (0x4A,),
                "extensions": ((0x4A4A, b"\4"),), **fields}
            payload = w.hello_ack(self.hello_payload, **fields)
        self.server.frame("HELLO_ACK", payload, **{"version": 0, **(frame or {})})

    def shake(self, **ack):
        self.hello()
        self.hello_ack(**ack)
        return self

    def open(self, data=PIXELS, id=1, frame=None, **fields):
        self.client.frame("OPEN", w.open_(data, **fields), id=id, **(frame or {}))

    def send(self, data=PIXELS, id=1, **fields):
        """The DATA of a request, in chunks of the server's limit."""
        size = self.limits["max_chunk"]
        for start in range(0, len(data), size):
            self.client.data(data[start:start + size], id, end=start + size >= len(data), **fields)

    def request(self, data=PIXELS, id=1, **fields):
        self.open(data, id, **fields)
        self.send(data, id)

    def labels(self, data):
        return [sum(data[i:i + 3]) % self.classes for i in range(0, len(data), 3)]

    def coded(self, labels):
        return b"".join(w.u16(v) for v in labels) if self.classes > 256 else bytes(labels)

    def sections(self, data, outputs):
        """The bytes of every output of `data`, as (kind, element bytes, bytes)."""
        labels = self.labels(data)
        parts = []
        if outputs & 1:
            parts.append((1, 2 if self.classes > 256 else 1, self.coded(labels)))
        if outputs & 2:
            parts.append((2, 1, bytes([128] * len(labels))))
        other = 1.0 if self.classes == 1 else 0.5 / (self.classes - 1)
        top = 1.0 if self.classes == 1 else 0.5
        for bit, size, form in ((4, 2, "<e"), (8, 4, "<f")):
            if outputs & bit:
                planes = [top if plane == v else other for plane in range(self.classes) for v in labels]
                parts.append((3, size, b"".join(struct.pack(form, p) for p in planes)))
        return parts

    def result(self, data=PIXELS, id=1, parts=None, frame=None, outputs=1, **fields):
        """RESULT as the server would send it; `fields` override what is true."""
        parts = self.sections(data, outputs) if parts is None else parts
        body = b"".join(p[2] for p in parts)
        fields = {
            "classes": self.classes, "input_digest": w.sha256(data), "output_digest": w.sha256(body),
            "sections": [(kind, size, len(part)) for kind, size, part in parts], **fields}
        self.server.frame("RESULT", w.result(**fields), id=id, **(frame or {}))

    def answer(self, data=PIXELS, id=1, parts=None, outputs=1, **fields):
        """RESULT and its DATA, chunked section by section."""
        parts = self.sections(data, outputs) if parts is None else parts
        self.result(data, id, parts, **fields)
        size = self.limits["max_chunk"]
        chunks = [part[i:i + size] for _, _, part in parts for i in range(0, len(part), size)]
        for number, chunk in enumerate(chunks):
            self.reply(chunk, id, end=number == len(chunks) - 1)

    def reply(self, plain, id=1, **fields):
        self.server.data(plain, id, type="RESULT_DATA", **fields)

    def ping(self, token=b"tessera!", **fields):
        self.client.frame("PING", token, **fields)

    def pong(self, token=b"tessera!", **fields):
        self.server.frame("PONG", token, **fields)

    def end(self):
        """The client ends its direction."""
        self.client.raw("END", b"")
