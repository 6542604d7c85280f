"""Writes TSP/1 as SPEC.md describes it: checksums, headers, payloads. Standard library only."""

import hashlib
import struct

PREFACE = bytes.fromhex("89 54 53 50 0D 0A 1A 0A")

TYPES = {
    "HELLO": 0x01, "HELLO_ACK": 0x81, "AUTH": 0x02, "AUTH_OK": 0x82, "OPEN": 0x10, "RESULT": 0x90,
    "DATA": 0x11, "RESULT_DATA": 0x91, "CANCEL": 0x12, "ERROR": 0x92, "PING": 0x20, "PONG": 0xA0,
    "INFO": 0x21, "INFO_ANSWER": 0xA1, "GOAWAY": 0xA3,
}

# Name: number, scope, retry (section 12).
CODES = {
    "VERSION": (1, 1, 0), "PROTOCOL": (2, 1, 0), "HEADER_CRC": (3, 1, 1), "PAYLOAD_CRC": (4, 0, 1), "SEQ": (5, 1, 1),
    "LIMIT": (6, 1, 0), "CREDIT": (7, 1, 0), "CODEC": (8, 0, 0), "SIZE_MISMATCH": (9, 0, 0), "AUTH": (10, 1, 0),
    "CALM": (11, 1, 3), "TIMEOUT": (12, 1, 1), "UNKNOWN_MODEL": (100, 0, 0), "BAD_SHAPE": (101, 0, 0),
    "BAD_IMAGE": (102, 0, 0), "UNSUPPORTED": (103, 0, 0), "DIGEST": (104, 0, 1), "TOO_LARGE": (105, 0, 0),
    "OVERLOADED": (200, 0, 3), "DEADLINE": (201, 0, 0), "CANCELLED": (202, 0, 0), "DRAINING": (203, 0, 2),
    "MEMORY_BUDGET": (204, 0, 3), "NOT_READY": (205, 0, 3), "INTERNAL": (300, 0, 2), "NONFINITE_OUTPUT": (301, 0, 0),
    "MODEL_FAULT": (302, 0, 2),
}


def crc_table(polynomial):
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        table.append(value)
    return table


def crc(data, table):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 255]
    return value ^ 0xFFFFFFFF


CASTAGNOLI = crc_table(0x82F63B78)  # 0x1EDC6F41, reflected.


def crc32c(data):
    return crc(data, CASTAGNOLI)


assert crc32c(b"123456789") == 0xE3069283 and crc32c(b"") == 0


def sha256(data):
    return hashlib.sha256(data).digest()


def u8(value):
    return struct.pack("<B", value)


def u16(value):
    return struct.pack("<H", value)


def u32(value):
    return struct.pack("<I", value)


def u64(value):
    return struct.pack("<Q", value)


def str8(text):
    data = text if isinstance(text, bytes) else text.encode()
    return u8(len(data)) + data


def list8(values):
    return u8(len(values)) + bytes(values)


def tlvs(items):
    """Items of (id, bytes), in the order given."""
    return b"".join(u16(number) + u16(len(value)) + value for number, value in items)


# Payloads. Every function takes the fields of its table and has the plainest valid value as default.

def hello(largest_chunk=1 << 20, versions=(1,), codecs=(0,), agent="", extensions=()):
    return u32(largest_chunk) + list8(versions) + list8(codecs) + str8(agent) + tlvs(extensions)


LIMITS = {
    "max_chunk": 1 << 20, "max_open": 4096, "max_inflight": 16, "max_side": 8192, "max_pixels": 1 << 24,
    "max_message": 64 << 20, "max_result": 128 << 20, "credit": 64 << 20, "default_budget_ms": 30_000,
    "max_budget_ms": 600_000, "idle_ms": 120_000, "ping_min_ms": 5_000, "frame_ms": 10_000, "write_stall_ms": 20_000,
}


def hello_ack(
    hello_payload, version=1, state=1, auth=0, reserved=0, hello_crc=None, instance=0x4000000000000001, limits=None,
    codecs=(0,), agent="tessera", extensions=(),
):
    """The limits stand as u32 ×4, u64 ×4, u32 ×6."""
    values = list({**LIMITS, **(limits or {})}.values())
    return (
        u8(version) + u8(state) + u8(auth) + u8(reserved)
        + u32(crc32c(hello_payload) if hello_crc is None else hello_crc) + u64(instance)
        + struct.pack("<4I4Q6I", *values) + list8(codecs) + str8(agent) + tlvs(extensions))


def auth(token, method=1, length=None):
    return u8(method) + u16(len(token) if length is None else length) + token


OUTPUTS = {"labels": 1, "confidence": 2, "f16": 4, "f32": 8, "png": 16}


def open_(
    data, input=1, layout=1, outputs=1, width=2, height=1, channels=3, bits=8, priority=0, reserved=0, total=None,
    budget_ms=0, generation=0, digest=None, model="", extensions=(),
):
    return (
        u8(input) + u8(layout) + u16(outputs) + u32(width) + u32(height) + u8(channels) + u8(bits) + u8(priority)
        + u8(reserved) + u64(len(data) if total is None else total) + u32(budget_ms) + u32(generation)
        + (sha256(data) if digest is None else digest) + str8(model) + tlvs(extensions))


def section(kind, element_bytes, length, reserved2=0, reserved4=0):
    return u8(kind) + u8(element_bytes) + u16(reserved2) + u32(reserved4) + u64(length)


def result(
    width=2, height=1, classes=3, label_bytes=None, count=None, generation=7, batch=2, reserved=0, decode_us=11,
    queue_us=22, compute_us=33, weights=sha256(b"\1\2\3"), input_digest=bytes(32), pixels_digest=None,
    output_digest=bytes(32), total=None, model="toy", sections=(),
):
    """Sections are (kind, element bytes, length), with reserved fields behind for those who break them."""
    if label_bytes is None:
        label_bytes = 2 if classes > 256 else 1
    return (
        u32(width) + u32(height) + u16(classes) + u8(label_bytes) + u8(len(sections) if count is None else count)
        + u32(generation) + u16(batch) + u16(reserved) + u32(decode_us) + u32(queue_us) + u32(compute_us)
        + weights + input_digest + (input_digest if pixels_digest is None else pixels_digest) + output_digest
        + u64(sum(s[2] for s in sections) if total is None else total) + str8(model)
        + b"".join(section(*s) for s in sections))


def error(code, scope=None, retry=None, retry_after_ms=0, detail=0, text=""):
    if isinstance(code, str):
        code, usual_scope, usual_retry = CODES[code]
        scope = usual_scope if scope is None else scope
        retry = usual_retry if retry is None else retry
    return u16(code) + u8(scope) + u8(retry) + u32(retry_after_ms) + u32(detail) + str8(text)


def info_answer(models=(), state=1, reason=0, count=None, queued=0, queue_limit=64, canary_ms=20):
    return (
        u8(state) + u8(reason) + u16(len(models) if count is None else count) + u32(queued) + u32(queue_limit)
        + u32(canary_ms) + b"".join(models))


def model(
    name="toy", generation=7, weights=sha256(b"\1\2\3"), count=None, inputs=3, outputs=31, min_side=1, multiple=1,
    max_pixels=1 << 24, classes=(), classes_named=True,
):
    """Classes are (name, (r, g, b))."""
    data = (
        str8(name) + u32(generation) + weights + u16(len(classes) if count is None else count) + u16(inputs)
        + u16(outputs) + u32(min_side) + u32(multiple) + u64(max_pixels))
    if classes_named:
        data += b"".join(str8(n) + bytes(rgb) for n, rgb in classes)
    return data


def goaway(last_id, grace_ms=20_000, code=203, reserved=0):
    return u64(last_id) + u32(grace_ms) + u16(code) + u16(reserved)


def header(
    payload, type, id=0, flags=0, codec=0, version=1, seq=0, plain_len=None, wire_len=None, payload_crc=None,
    header_crc=None,
):
    wire = len(payload) if wire_len is None else wire_len
    first = (
        u32(wire) + u32(wire if plain_len is None else plain_len) + u64(id)
        + u8(TYPES[type] if isinstance(type, str) else type) + u8(flags) + u8(codec) + u8(version) + u32(seq)
        + u32(crc32c(payload) if payload_crc is None else payload_crc))
    return first + u32(crc32c(first) if header_crc is None else header_crc(first))


class Side:
    """One direction of a connection: numbers its frames."""

    def __init__(self, who, frames):
        self.who, self.frames, self.seq = who, frames, 0

    def raw(self, name, data):
        self.frames.append({"from": self.who, "is": name, "hex": data.hex()})

    def frame(self, type, payload=b"", *, header_only=False, name=None, **fields):
        """Appends a frame; fields that are given override what an honest header says."""
        if "seq" not in fields:
            fields["seq"] = self.seq
        self.seq = fields["seq"] + 1 & 0xFFFFFFFF
        data = header(payload, type, **fields)
        label = name or (type if isinstance(type, str) else f"type 0x{type:02x}")
        self.raw("DATA" if label == "RESULT_DATA" else label, data if header_only else data + payload)

    def data(self, plain, id, *, end=True, wire=None, type="DATA", **fields):
        """One DATA frame: plain bytes, or a zstd frame in `wire`."""
        if wire is not None:
            fields = {"codec": 1, "plain_len": len(plain), **fields}
        self.frame(type, plain if wire is None else wire, id=id, **{"flags": int(end), **fields})
