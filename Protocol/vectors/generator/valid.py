"""Frames that every receiver must read, with the meaning of every field."""

import hashlib
import struct

from . import wire as w
from . import zstd


class Collection:
    """Vectors by file, in the order they were added; a name is used once."""

    def __init__(self):
        self.files, self.names = {}, set()

    def add(self, file, vector):
        assert vector["name"] not in self.names, vector["name"]
        self.names.add(vector["name"])
        self.files.setdefault(file, []).append(vector)


def hexadecimal_tlvs(items):
    return [[number, value.hex()] for number, value in items]


def frames(out):
    """Adds every valid frame to `out`."""

    def frame(file, name, sender, type, payload, message, **fields):
        header = w.header(payload, type, **fields)
        numbers = {
            "wire_len": len(payload), "plain_len": fields.get("plain_len", len(payload)), "id": fields.get("id", 0),
            "type": w.TYPES[type], "flags": fields.get("flags", 0), "codec": fields.get("codec", 0),
            "version": fields.get("version", 1), "seq": fields.get("seq", 0), "payload_crc": w.crc32c(payload),
        }
        out.add(file, {
            "name": name, "from": sender, "hex": (header + payload).hex(), "header": numbers, "message": message})

    hellos(frame)
    hello_acks(frame)
    auths(frame)
    opens(frame)
    data(frame)
    results(frame)
    errors(frame)
    pings(frame)
    infos(frame)
    goaways(frame)


def hellos(frame):
    def hello(name, **given):
        fields = {
            "largest_chunk": 1 << 20, "versions": (1,), "codecs": (0,), "agent": "", "extensions": (), **given}
        message = {
            "largest_data": fields["largest_chunk"], "versions": list(fields["versions"]),
            "codecs": list(fields["codecs"]), "agent": fields["agent"], "tlvs": hexadecimal_tlvs(fields["extensions"])}
        frame("hello", name, "client", "HELLO", w.hello(**fields), message, version=0)

    hello("hello-minimal")
    hello("hello-zstd-preferred", codecs=(1, 0), agent="tessera/1.0")
    hello("hello-no-codecs-identity-is-implied", codecs=())
    hello("hello-smallest-chunk", largest_chunk=65_536)
    hello("hello-largest-chunk", largest_chunk=0xFFFFFFFF)
    hello("hello-greased", versions=(0x7A, 1), codecs=(1, 0, 0x7A), agent="tessera", extensions=((0x7A7A, b"\7"),))
    hello("hello-agent-utf8", agent="größe ✓")
    hello("hello-agent-255-bytes", agent="a" * 255)
    hello("hello-unknown-even-tlvs", extensions=((0, b""), (4, b"x"), (0xFFFE, b"yz")))
    hello("hello-1024-bytes", extensions=((6, b"\0" * (1024 - 9 - 4)),))
    grease = tuple(16 * digit + 10 for digit in range(16))
    hello("hello-every-grease-version", versions=grease + (1,))
    hello("hello-every-grease-codec", codecs=grease[:8] + (1,) + grease[8:])
    hello("hello-every-grease-tlv", extensions=tuple((byte << 8 | byte, bytes([byte])) for byte in grease))
    hello("hello-codec-named-twice", codecs=(0, 1, 0, 1))
    hello("hello-lists-of-255", versions=(1,) * 255, codecs=(0,) * 255)


def hello_acks(frame):
    offered = w.hello()

    def ack(name, limits=None, **given):
        fields = {
            "version": 1, "state": 1, "auth": 0, "instance": 0x4000000000000001, "codecs": (0,), "agent": "tessera",
            "extensions": (), **given}
        message = {
            "version": 1, "state": fields["state"], "auth": fields["auth"], "hello_crc": w.crc32c(offered),
            "instance": fields["instance"], **w.LIMITS, **(limits or {}), "codecs": list(fields["codecs"]),
            "agent": fields["agent"], "tlvs": hexadecimal_tlvs(fields["extensions"])}
        payload = w.hello_ack(offered, limits=limits, **fields)
        frame("hello_ack", name, "server", "HELLO_ACK", payload, message, version=0)

    ack("hello-ack-defaults")
    ack("hello-ack-starting", state=0)
    ack("hello-ack-draining", state=2)
    ack("hello-ack-token-wanted", auth=1)
    ack("hello-ack-certificate-satisfied", auth=2)
    ack("hello-ack-greased", codecs=(1, 0, 0x4A), extensions=((0x4A4A, b"\4"),))
    ack("hello-ack-smallest-chunk", limits={"max_chunk": 1})
    ack("hello-ack-every-limit-differs", limits={
        name: 1000 + 7 * i for i, name in enumerate(w.LIMITS)})
    ack("hello-ack-largest-numbers", instance=2**64 - 1, limits={
        "max_inflight": 2**32 - 1, "max_side": 2**32 - 1, "max_pixels": 2**64 - 1, "max_message": 2**64 - 1,
        "max_result": 2**64 - 1, "credit": 2**64 - 1, "max_budget_ms": 2**32 - 1})
    ack("hello-ack-agent-empty", agent="")
    ack("hello-ack-agent-255-bytes", agent="a" * 255)
    ack("hello-ack-no-codecs-identity-is-implied", codecs=())
    ack("hello-ack-grease-tlvs-around-an-even-one", extensions=((0x0A0A, b""), (0x4A4C, b"?"), (0xFAFA, b"\xfa" * 9)))


def auths(frame):
    for name, token in [("auth-token", b"secret"), ("auth-empty-token", b""), ("auth-longest-token", b"t" * 4093),
                        ("auth-token-of-every-byte", bytes(range(256)))]:
        frame("auth", name, "client", "AUTH", w.auth(token), {"method": 1, "token": token.hex()}, seq=1)
    for name, seconds in [("auth-ok-for-ever", 0), ("auth-ok-an-hour", 3600), ("auth-ok-longest", 2**32 - 1)]:
        frame("auth", name, "server", "AUTH_OK", w.u32(seconds), {"seconds": seconds}, seq=1)


def opens(frame):
    def open_(name, data_len=None, id=1, **given):
        fields = {
            "input": 1, "layout": 1, "outputs": 1, "width": 2, "height": 1, "channels": 3, "bits": 8, "priority": 0,
            "budget_ms": 0, "generation": 0, "model": "", "extensions": (), "digest": w.sha256(name.encode()), **given}
        fields.setdefault("total", 3 * fields["width"] * fields["height"])
        message = {key: value for key, value in fields.items() if key not in ("extensions", "digest")}
        message |= {"digest": fields["digest"].hex(), "tlvs": hexadecimal_tlvs(fields["extensions"])}
        frame("open", name, "client", "OPEN", w.open_(b"", **fields), message, id=id, seq=1)

    open_("open-2x1")
    open_("open-1x1", width=1)
    open_("open-1xN", width=1, height=8192)
    open_("open-Nx1", width=8192, height=1)
    open_("open-3xH", width=3, height=500)
    open_("open-odd-sides", width=641, height=479)
    open_("open-most-pixels", width=4096, height=4096)
    open_("open-longest-side", width=8192, height=2048)
    open_("open-png", input=2, width=480, height=360, total=123_456)
    open_("open-png-one-byte", input=2, total=1)
    open_("open-all-outputs-f16", outputs=1 | 2 | 4 | 16)
    open_("open-all-outputs-f32", outputs=1 | 2 | 8 | 16)
    open_("open-background-priority", priority=1)
    open_("open-budget-and-generation", budget_ms=2**32 - 1, generation=7, model="toy")
    open_("open-model-64-characters", model="abcdefghijklmnopqrstuvwxyz0123456789_-" + "x" * 26)
    open_("open-traceparent", extensions=((2, b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),))
    open_("open-greased", extensions=((2, b"00"), (0x1A1A, b""), (0xBABA, b"?")))
    open_("open-largest-id", id=2**64 - 2)
    open_("open-id-leaves-a-gap", id=1000)
    open_("open-traceparent-empty", extensions=((2, b""),))
    open_("open-traceparent-that-is-no-text", extensions=((2, b"\xff\xfe\0"),))
    open_("open-palette-png-of-a-png", input=2, outputs=16, width=1, height=3, total=70)
    open_("open-shortest-budget", budget_ms=1)
    open_("open-4096-bytes", extensions=((6, b"\0" * (4096 - 65 - 4)),))
    # These are read; the request alone is refused (section 8.2).
    open_("open-numbers-nobody-knows", input=9, layout=9, outputs=0xFF00, channels=9, bits=9, priority=9)
    open_("open-largest-numbers", width=2**32 - 1, height=2**32 - 1, total=2**64 - 1)


def data(frame):
    def piece(name, plain, wire=None, *, end=True, sender="client", id=1, seq=2):
        coding = {} if wire is None else {"codec": 1, "plain_len": len(plain)}
        assert wire is None or len(wire) < len(plain), name
        message = {"end": end, "plain_sha256": hashlib.sha256(plain).hexdigest()}
        if len(plain) <= 64:
            message["plain"] = plain.hex()
        frame(
            "data", name, sender, "DATA" if sender == "client" else "RESULT_DATA", plain if wire is None else wire,
            message, id=id, seq=seq, flags=int(end), **coding)

    piece("data-last", bytes(range(6)))
    piece("data-more-follows", bytes(range(4)), end=False)
    piece("data-one-byte", b"\xff")
    piece("data-largest-id-and-seq", b"\0", id=2**64 - 2, seq=2**32 - 1)
    piece("data-labels-u8", bytes([0, 1, 2, 2]), sender="server")
    piece("data-labels-u16", b"".join(w.u16(v) for v in (0, 255, 256, 4095)), sender="server")
    piece("data-more-labels-follow", bytes([0, 1]), sender="server", end=False)
    piece("data-confidence", bytes([0, 85, 128, 255]), sender="server")
    # Powers of two and what lies beside 1: exact in binary16.
    piece("data-probabilities-f16", struct.pack("<6e", 0, 1, 0.5, 0.25, 2**-14, 1 - 2**-11), sender="server")
    piece("data-probabilities-f32", struct.pack("<4f", 0, 1, 0.5, 1 - 2**-24), sender="server")

    flat = bytes([7]) * 300
    noise = b"".join(hashlib.sha256(bytes([i])).digest() for i in range(4))
    piece("data-zstd-rle", flat, zstd.frame(flat, zstd.rle(7, 300)))
    piece("data-zstd-rle-from-server", flat, zstd.frame(flat, zstd.rle(7, 300)), sender="server", seq=3)
    piece("data-zstd-content-size-in-1-byte", flat[:200], zstd.frame(flat[:200], zstd.rle(7, 200), width=1))
    piece("data-zstd-content-size-in-4-bytes", flat, zstd.frame(flat, zstd.rle(7, 300), width=4))
    piece("data-zstd-content-size-in-8-bytes", flat, zstd.frame(flat, zstd.rle(7, 300), width=8))
    piece("data-zstd-smallest-window", flat, zstd.frame(flat, zstd.rle(7, 300), window=0))
    piece("data-zstd-largest-window", flat, zstd.frame(flat, zstd.rle(7, 300), window=10 << 3))
    piece("data-zstd-empty-block", flat, zstd.frame(flat, zstd.raw(b"", last=False) + zstd.rle(7, 300)))
    piece(
        "data-zstd-raw-and-rle-blocks", noise + flat,
        zstd.frame(noise + flat, zstd.raw(noise, last=False) + zstd.rle(7, 300)))
    piece("data-zstd-compressed-block", zstd.TEXT, zstd.COMPRESSED_TEXT)
    piece(
        "data-zstd-literals-without-sequences", flat,
        zstd.frame(flat, zstd.block(2, len(zstd.LITERALS) + 1, zstd.LITERALS + b"\0")))
    piece("data-zstd-sequence", flat, zstd.frame(flat, zstd.block(2, len(zstd.GOOD_SEQUENCE), zstd.GOOD_SEQUENCE)))
    for count in (17, 255, 257, 4_095, 65_537, 131_073):
        zeroes = bytes(count)
        width = 1 if count < 256 else 2 if count < 65_792 else 4
        piece(
            f"data-zstd-{count}-bytes", zeroes, zstd.frame(zeroes, zstd.zeroes(count), width=width), end=count % 4 == 1,
            sender="server" if count % 5 == 0 else "client")
    # 8 blocks of 4 bytes, each of which stands for 128 KiB: the most that one frame of DATA can hold.
    largest = bytes(1 << 20)
    piece("data-zstd-1-MiB", largest, zstd.frame(largest, zstd.zeroes(1 << 20), width=4))
    piece("data-zstd-1-MiB-less-one", largest[:-1], zstd.frame(largest[:-1], zstd.zeroes((1 << 20) - 1), width=4))


def results(frame):
    def result(name, sections, **given):
        fields = {
            "width": 2, "height": 1, "classes": 3, "generation": 7, "batch": 2, "decode_us": 11, "queue_us": 22,
            "compute_us": 33, "weights": w.sha256(b"weights"), "input_digest": w.sha256(b"input"),
            "pixels_digest": w.sha256(b"pixels"), "output_digest": w.sha256(b"output"), "model": "toy", **given}
        digests = ("weights", "input_digest", "pixels_digest", "output_digest")
        message = {key: value for key, value in fields.items() if key not in digests}
        message |= {
            "weights_digest": fields["weights"].hex(), **{key: fields[key].hex() for key in digests[1:]},
            "label_bytes": 2 if fields["classes"] > 256 else 1, "sections": [list(s) for s in sections],
            "total": sum(s[2] for s in sections)}
        payload = w.result(sections=sections, **fields)
        frame("result", name, "server", "RESULT", payload, message, id=1, seq=1)

    result("result-labels", [(1, 1, 2)])
    result("result-1x1", [(1, 1, 1)], width=1)
    result("result-1xN", [(1, 1, 8192)], width=1, height=8192)
    result("result-Nx1", [(1, 1, 8192)], width=8192)
    result("result-longest-side", [(1, 1, 1 << 24)], width=8192, height=2048)
    result("result-confidence", [(2, 1, 2)])
    result("result-probabilities-f16", [(3, 2, 12)])
    result("result-probabilities-f32", [(3, 4, 24)])
    result("result-f32-84-MiB", [(3, 4, 84 << 20)], width=1024, height=1024, classes=21)
    result("result-palette-png", [(4, 1, 87)])
    result("result-every-section", [(1, 1, 2), (2, 1, 2), (3, 2, 12), (4, 1, 87)])
    result("result-one-class", [(1, 1, 2), (3, 4, 8)], classes=1)
    result("result-256-classes-labels-u8", [(1, 1, 2)], classes=256)
    result("result-257-classes-labels-u16", [(1, 2, 4)], classes=257)
    result("result-4096-classes", [(1, 2, 4), (3, 2, 16384)], classes=4096)
    result("result-labels-u16-of-1x1", [(1, 2, 2)], width=1, classes=300)
    result("result-every-raw-section-of-u16-and-f32", [(1, 2, 4), (2, 1, 2), (3, 4, 2056)], classes=257)
    result("result-f16-of-3xH", [(3, 2, 90)], width=3, height=5)
    result("result-labels-and-palette-png", [(1, 1, 2), (4, 1, 1)])
    result("result-alone-and-at-once", [(1, 1, 2)], batch=1, decode_us=0, queue_us=0, compute_us=0, model="t")
    result(
        "result-largest-numbers", [(1, 1, 2)], generation=2**32 - 1, batch=2**16 - 1, decode_us=2**32 - 1,
        queue_us=2**32 - 1, compute_us=2**32 - 1, model="m" * 64)


def errors(frame):
    def error(name, code, scope, retry, after=0, detail=0, text="", **header):
        message = {
            "code": code, "scope": scope, "retry": retry, "retry_after_ms": after, "detail": detail, "text": text}
        payload = w.error(code, scope, retry, after, detail, text)
        frame("error", name, "server", "ERROR", payload, message, **{"id": 0 if scope else 1, "seq": 1, **header})

    error("error-protocol-before-hello", 2, 1, 0, text="the peer broke a rule of the protocol", version=0, seq=0)
    error("error-version-lowest-and-highest", 1, 1, 0, detail=0x0101, version=0, seq=0)
    error("error-overloaded-retry-later", 200, 0, 3, after=250, detail=77, text="the server is busy")
    error("error-payload-crc-retry-at-once", 4, 0, 1)
    error("error-draining-retry-elsewhere", 203, 0, 2)
    error("error-calm", 11, 1, 3, after=30_000)
    error("error-timeout-of-one-request", 12, 0, 1)
    error("error-payload-crc-of-the-connection", 4, 1, 1)
    error("error-not-ready", 205, 0, 3, after=1_000, id=9)
    error("error-code-nobody-knows", 65_535, 0, 3, after=2**32 - 1, detail=2**32 - 1)
    error("error-text-255-bytes", 300, 0, 2, text="é" * 127 + "e")


def pings(frame):
    for name, sender, type, token, seq in [
        ("ping-tessera", "client", "PING", b"tessera!", 1), ("pong-tessera", "server", "PONG", b"tessera!", 1),
        ("ping-zero", "client", "PING", bytes(8), 2), ("pong-ff", "server", "PONG", b"\xff" * 8, 5),
    ]:
        frame("ping", name, sender, type, token, {"bytes": token.hex()}, seq=seq)
    for name, id in [("cancel", 1), ("cancel-largest-id", 2**64 - 2)]:
        frame("cancel", name, "client", "CANCEL", b"", {}, id=id, seq=3)


def infos(frame):
    for name, model in [("info-list", ""), ("info-one-model", "toy"), ("info-longest-name", "m" * 255)]:
        frame("info", name, "client", "INFO", w.str8(model), {"model": model}, seq=1)

    def answer(name, models=(), named=False, **given):
        fields = {"state": 1, "reason": 0, "queued": 0, "queue_limit": 64, "canary_ms": 20, **given}
        parts, meanings = [], []
        for given_model in models:
            item = {
                "name": "toy", "generation": 7, "inputs": 3, "outputs": 31, "min_side": 1, "multiple": 1,
                "max_pixels": 1 << 24,
                "classes": (("sky", (70, 130, 180)), ("road", (128, 64, 128))), **given_model}
            parts.append(w.model(weights=w.sha256(b"weights"), classes_named=named, **item))
            meanings.append({
                **{key: item[key] for key in ("name", "generation", "inputs", "outputs", "min_side", "max_pixels")},
                "side_multiple": item["multiple"], "weights_digest": w.sha256(b"weights").hex(),
                "class_count": len(item["classes"]),
                "classes": [[n, *rgb] for n, rgb in item["classes"]] if named else []})
        message = {**fields, "named": named, "models": meanings}
        frame("info", name, "server", "INFO_ANSWER", w.info_answer(parts, **fields), message, seq=1)

    answer("info-answer-nothing-known-of-that-name", named=True)
    answer("info-answer-starting", state=0, reason=3, canary_ms=2**32 - 1)
    answer("info-answer-two-models", [{}, {"name": "city-2", "generation": 1, "inputs": 1, "outputs": 1}])
    answer("info-answer-busy", [{"min_side": 32, "multiple": 32}], queued=64)
    answer("info-answer-draining", [{}], state=2)
    answer("info-answer-models-of-other-sizes", [{"max_pixels": 1}, {"name": "wide", "max_pixels": 2**64 - 1}])
    answer("info-answer-three-models-of-one-name", [{"generation": 9}, {"generation": 8, "outputs": 3}, {"inputs": 2}])
    many = tuple((f"c{i}", (i & 255, i >> 8, 1)) for i in range(257))
    answer("info-answer-257-classes", [{"classes": many}], named=True)
    answer("info-answer-one-model-with-classes", [{}], named=True)
    answer("info-answer-class-without-name", [{"classes": (("", (0, 0, 0)),)}], named=True)


def goaways(frame):
    for name, last, grace, code in [
        ("goaway-first-warning", 2**64 - 1, 2_000, 203), ("goaway-last-id", 17, 18_000, 203),
        ("goaway-nothing-was-opened", 0, 0, 300),
        ("goaway-largest-last-id", 2**64 - 2, 2**32 - 1, 205),
    ]:
        message = {"last_id": last, "grace_ms": grace, "code": code}
        frame("goaway", name, "server", "GOAWAY", w.goaway(last, grace, code), message, seq=1)
