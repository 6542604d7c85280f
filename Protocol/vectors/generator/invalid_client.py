"""What servers send that breaks one rule each, and what a client makes of it."""

import struct

from . import wire as w
from . import zstd
from .exchanges import noise
from .talk import PIXELS, Talk


def server_faults(out):
    """Adds every fault of a server to `out`."""

    def add(file, name, rule, talk, code, id=0, scope=None, client=None, alternative=None):
        """A fault of scope 1 ends the client's connection, one of scope 0 its request `id` only."""
        number, usual, retry = w.CODES[code]
        scope = usual if scope is None else scope
        error = {"id": id, "code": number, "name": code, "scope": scope}
        if alternative:
            error["or"] = w.CODES[alternative][0]
        out.add("client_" + file, {
            "name": name, "rule": rule, "plays": ["client"], "client": client or {}, "frames": talk.frames,
            "errors": [error]})

    hello_acks(add)
    headers(add)
    results(add)
    data(add)
    values(add)
    errors(add)
    others(add)


def asked(**fields):
    """A conversation in which one request is out."""
    talk = Talk().shake()
    talk.request(**fields)
    return talk


def hello_acks(add):
    def one(name, rule, code="PROTOCOL", change=None, frame=None, client=None, scope=1, **fields):
        talk = Talk()
        talk.hello()
        payload = w.hello_ack(talk.hello_payload, **fields)
        talk.hello_ack(payload if change is None else change(payload), frame)
        add("hello_ack", name, rule, talk, code, scope=scope, client=client)

    one("hello-ack-version-not-offered", "the server picks a version that was offered", "VERSION", version=2)
    one("hello-ack-version-0", "the server picks a version that was offered", "VERSION", version=0)
    one("hello-ack-state-3", "state is 0, 1 or 2", state=3)
    one("hello-ack-auth-3", "auth is 0, 1 or 2", auth=3)
    one("hello-ack-reserved-byte-3", "byte 3 is 0", reserved=1)
    one("hello-ack-of-another-hello", "hello_crc is that of the HELLO that was sent", hello_crc=0)
    one("hello-ack-max-chunk-0", "max_chunk lies in 1…1 MiB", limits={"max_chunk": 0})
    one("hello-ack-max-chunk-over-1-MiB", "max_chunk lies in 1…1 MiB", limits={"max_chunk": (1 << 20) + 1})
    one("hello-ack-max-inflight-0", "max_inflight is at least 1", limits={"max_inflight": 0})
    one("hello-ack-agent-no-utf8", "str8 is UTF-8", agent=b"\xff")
    one("hello-ack-wants-a-token", "a client without a token cannot go on", "AUTH", auth=1)
    for cut in (0, 3, 15, 16, 87, 88, 89, 92):
        one(f"hello-ack-cut-at-{cut}", "every field is there", change=lambda payload, cut=cut: payload[:cut])
    for name, tail, code in [
        ("tlv-one-byte", b"\4", "PROTOCOL"), ("tlv-cut", b"\4\0\2\0x", "PROTOCOL"),
        ("tlv-id-twice", w.tlvs([(4, b""), (4, b"")]), "PROTOCOL"),
        ("tlv-critical-unknown", w.tlvs([(1, b"")]), "VERSION"),
    ]:
        one(f"hello-ack-{name}", "TLVs are whole, rise, and are known if odd", code,
            change=lambda payload, tail=tail: payload + tail)
    one("hello-ack-of-1025-bytes", "HELLO_ACK has at most 1,024 bytes", "LIMIT", change=lambda p: b"",
        frame={"wire_len": 1025, "header_only": True})
    one("hello-ack-of-version-1", "HELLO_ACK carries version 0", "VERSION", frame={"version": 1})
    one("hello-ack-with-an-id", "HELLO_ACK belongs to the connection", frame={"id": 1})
    one("hello-ack-damaged", "payload_crc is the CRC-32C of the payload", "PAYLOAD_CRC", frame={"payload_crc": 0})
    one("hello-ack-seq-1", "seq starts at 0", "SEQ", frame={"seq": 1})
    one("hello-ack-header-crc", "header_crc is the CRC-32C of bytes 0 to 27", "HEADER_CRC",
        frame={"header_crc": lambda first: 0})
    for type, payload, name in [
        ("HELLO", w.hello(), "hello-reflected"), ("PONG", b"tessera!", "pong-before-hello-ack"),
        ("GOAWAY", w.goaway(0), "goaway-before-hello-ack"), ("RESULT", b"", "result-before-hello-ack"),
    ]:
        talk = Talk()
        talk.hello()
        talk.server.frame(type, payload, version=0)
        add("hello_ack", name, "HELLO_ACK or ERROR is the server's first frame", talk, "PROTOCOL")
    talk = Talk()
    talk.hello()
    talk.server.frame("ERROR", w.error("OVERLOADED", scope=1, retry_after_ms=1000), version=0)
    add("hello_ack", "connection-refused", "a full server says so instead of HELLO_ACK", talk, "OVERLOADED", scope=1)
    talk = Talk()
    talk.hello()
    talk.server.raw("ERROR", b"HTTP/1.1 400 Bad Request\r\n\r\n     ")
    add("hello_ack", "answer-in-http", "the server answers in frames", talk, "HEADER_CRC")


def headers(add):
    def one(name, rule, code, type, payload=b"", **fields):
        talk = asked()
        talk.server.frame(type, payload, **fields)
        add("header", name, rule, talk, code, scope=1)

    pong = ("PONG", b"tessera!")
    one("server-seq-repeated", "seq counts up by one", "SEQ", *pong, seq=0)
    one("server-seq-skipped", "seq counts up by one", "SEQ", *pong, seq=2)
    one("server-version-0", "frames carry the version agreed on", "VERSION", *pong, version=0)
    one("server-flags", "flags are 0 on everything but DATA", "PROTOCOL", *pong, flags=1)
    one("server-codec", "codec 1 is legal on DATA only", "PROTOCOL", *pong, codec=1, plain_len=9)
    one("server-header-crc", "header_crc is the CRC-32C of bytes 0 to 27", "HEADER_CRC", *pong, header_crc=lambda f: 1)
    one("server-type-a2", "A2 is reserved", "PROTOCOL", 0xA2)
    one("server-type-unknown", "unknown types are errors", "PROTOCOL", 0xFF)
    one("server-type-of-a-client", "bit 7 of type is 1 from a server", "PROTOCOL", "PING", b"tessera!")
    one("server-hello-ack-twice", "HELLO_ACK comes once", "PROTOCOL", "HELLO_ACK", bytes(90))
    one("server-auth-ok-nobody-waits-for", "AUTH_OK answers AUTH", "PROTOCOL", "AUTH_OK", w.u32(0))
    one("server-pong-with-an-id", "PONG belongs to the connection", "PROTOCOL", *pong, id=1)
    one("server-result-id-0", "RESULT belongs to a request", "PROTOCOL", "RESULT", id=0)
    one("server-result-id-never-opened", "RESULT belongs to a request", "PROTOCOL", "RESULT", id=2)
    one("server-result-of-513-bytes", "RESULT has at most 512 bytes", "LIMIT", "RESULT", bytes(513), id=1)
    one("server-error-of-269-bytes", "ERROR has at most 268 bytes", "LIMIT", "ERROR", bytes(269), id=1)
    one("server-goaway-of-17-bytes", "GOAWAY has 16 bytes", "LIMIT", "GOAWAY", bytes(17))
    one("server-pong-of-9-bytes", "PONG has 8 bytes", "LIMIT", "PONG", bytes(9))
    one("server-pong-damaged", "payload_crc is the CRC-32C of the payload", "PAYLOAD_CRC", *pong, payload_crc=0)


def results(add):
    def one(name, rule, code="PROTOCOL", scope=1, change=None, client=None, outputs=1, **fields):
        talk = asked(outputs=outputs)
        parts = talk.sections(PIXELS, outputs)
        body = b"".join(p[2] for p in parts)
        fields = {
            "input_digest": w.sha256(PIXELS), "output_digest": w.sha256(body),
            "sections": [(kind, size, len(part)) for kind, size, part in parts], **fields}
        payload = w.result(**fields)
        talk.server.frame("RESULT", payload if change is None else change(payload), id=1)
        add("result", name, rule, talk, code, id=1 if scope == 0 else 0, scope=scope, client=client)

    same = "the result has the image's size"
    one("result-width-differs", same, width=1)
    one("result-height-differs", same, height=2)
    one("result-transposed", same, width=1, height=2)
    classes = "classes lie in 1…4,096"
    one("result-no-classes", classes, classes=0)
    one("result-4097-classes", classes, classes=4097)
    labels = "a label has 2 bytes exactly where there are over 256 classes"
    one("result-label-bytes-2-for-3-classes", labels, label_bytes=2)
    one("result-label-bytes-1-for-257-classes", labels, classes=257, label_bytes=1)
    one("result-label-bytes-0", labels, label_bytes=0)
    one("result-label-bytes-4", labels, label_bytes=4)
    reserved = "reserved fields are 0"
    one("result-reserved-18", reserved, reserved=1)
    one("result-section-reserved-2", reserved, sections=[(1, 1, 2, 1)])
    one("result-section-reserved-4", reserved, sections=[(1, 1, 2, 0, 1)])
    exact = "there is one section for each output that was asked for, kinds ascending"
    one("result-no-section", exact, sections=[])
    one("result-section-of-another-kind", exact, sections=[(2, 1, 2)])
    one("result-section-kind-0", exact, sections=[(0, 1, 2)])
    one("result-section-kind-5", exact, sections=[(5, 1, 2)])
    one("result-section-nobody-asked-for", exact, sections=[(1, 1, 2), (2, 1, 2)])
    one("result-section-twice", exact, sections=[(1, 1, 2), (1, 1, 2)])
    one("result-section-missing", exact, outputs=3, sections=[(1, 1, 2)])
    one("result-sections-falling", exact, outputs=3, sections=[(2, 1, 2), (1, 1, 2)])
    one("result-f32-for-f16", exact, outputs=4, sections=[(3, 4, 24)])
    one("result-f16-for-f32", exact, outputs=8, sections=[(3, 2, 12)])
    size = "a section is as long as its output is for this shape"
    one("result-element-bytes", size, sections=[(1, 2, 2)])
    one("result-section-short", size, sections=[(1, 1, 1)])
    one("result-section-long", size, sections=[(1, 1, 3)])
    one("result-section-of-2-to-the-64", size, sections=[(1, 1, 2**64 - 1)], total=2)
    one("result-probabilities-of-one-plane", size, outputs=8, sections=[(3, 4, 8)])
    one("result-empty-png", size, outputs=16, sections=[(4, 1, 0)], total=0)
    one("result-total-differs", "the lengths of sections sum to total", total=3)
    one("result-total-0", "the lengths of sections sum to total", total=0)
    one("result-over-the-clients-limit", "a client takes no more than it will hold", "TOO_LARGE", 0,
        client={"max_result": 1})
    one("result-of-another-input", "the input digest is the one of OPEN", "DIGEST", 0, input_digest=bytes(32))
    one("result-model-no-utf8", "str8 is UTF-8", model=b"\xfe")
    whole = "every field is there, and nothing behind"
    for cut in (0, 4, 11, 31, 63, 127, 167, 168, 170, 172, 187):
        one(f"result-cut-at-{cut}", whole, change=lambda payload, cut=cut: payload[:cut])
    one("result-trailing-byte", whole, change=lambda payload: payload + b"\0")
    one("result-fewer-sections-than-counted", whole, count=2)
    one("result-more-sections-than-counted", whole, count=0)
    talk = asked()
    talk.result(frame={"payload_crc": 0})
    add("result", "result-damaged", "payload_crc is the CRC-32C of the payload", talk, "PAYLOAD_CRC", id=1)
    talk = asked()
    talk.result()
    talk.result()
    add("result", "result-twice", "a request has one RESULT", talk, "PROTOCOL")
    talk = asked()
    talk.answer()
    talk.result()
    add("result", "result-behind-the-last-frame", "nothing follows a terminal frame", talk, "PROTOCOL")


def data(add):
    def one(name, rule, code, pieces, scope=1, id=None, client=None, **fields):
        """Pieces are (bytes, END)."""
        talk = asked()
        talk.result()
        for piece, end in pieces:
            talk.reply(piece, end=end, **fields)
        add("data", name, rule, talk, code, id=(1 if scope == 0 else 0) if id is None else id, scope=scope)

    good = bytes([0, 1])
    total = "the DATA of a result sums to its total, and END comes there"
    one("answer-ends-short", total, "SIZE_MISMATCH", [(good[:1], True)])
    one("answer-ends-over", total, "SIZE_MISMATCH", [(good + b"\0", True)])
    one("answer-goes-on-at-total", total, "SIZE_MISMATCH", [(good, False)])
    # The header alone is enough.
    early = "plain_len is held against the total before the payload is waited for"
    one("answer-over-total-told-by-its-header", early, "SIZE_MISMATCH", [(b"", True)], wire_len=3, header_only=True)
    one("answer-short-of-total-told-by-its-header", early, "SIZE_MISMATCH", [(b"", True)], wire_len=1, header_only=True)
    one("answer-over-total-damaged", early, "SIZE_MISMATCH", [(good + b"\0", True)], payload_crc=0)
    one("answer-of-another-digest", "the SHA-256 of all DATA is the output digest", "DIGEST", [(b"\1\1", True)], 0)
    one("answer-empty", "DATA is never empty", "PROTOCOL", [(b"", True)])
    one("answer-flags-2", "unknown flags are errors", "PROTOCOL", [(good, True)], flags=2)
    one("answer-damaged", "payload_crc is the CRC-32C of the payload", "PAYLOAD_CRC", [(good, True)], 0, payload_crc=0)
    one("answer-codec-not-offered", "DATA uses codec 0 or one that both sides named", "PROTOCOL", [(good, True)],
        codec=1, plain_len=3)
    one("answer-over-1-MiB", "DATA is no longer than the client accepts", "LIMIT", [(b"", False)],
        wire_len=(1 << 20) + 1, header_only=True)
    talk = asked()
    talk.reply(good)
    add("data", "answer-without-result", "RESULT comes before its DATA", talk, "PROTOCOL")
    talk = asked()
    talk.answer()
    talk.reply(good)
    add("data", "answer-behind-end", "nothing follows a terminal frame", talk, "PROTOCOL")
    limits = {"max_chunk": 8}
    talk = Talk(limits=limits).shake()
    talk.request()
    talk.result()
    talk.reply(bytes(9))
    add("data", "answer-over-max-chunk", "DATA is no longer than HELLO_ACK's max_chunk", talk, "LIMIT")

    def compressed(name, rule, code, wire):
        talk = Talk(codecs=(1, 0)).shake()
        picture = noise(300)
        talk.request(picture, width=10, height=10)
        labels = bytes([2]) * 100
        talk.result(picture, parts=[(1, 1, labels)], width=10, height=10)
        talk.reply(labels, wire=wire)
        add("data", name, rule, talk, code, scope=1, client={"codecs": [1, 0]})

    labels = bytes([2]) * 100
    blocks = zstd.rle(2, 100)
    compressed("answer-zstd-without-checksum", "the content checksum is present", "CODEC",
               zstd.frame(labels, blocks, width=1, check=b""))
    compressed("answer-zstd-trailing-byte", "the payload is exactly one frame", "CODEC",
               zstd.frame(labels, blocks, width=1) + b"\0")
    compressed("answer-zstd-of-another-size", "the content size is plain_len", "SIZE_MISMATCH",
               zstd.frame(labels[:99], zstd.rle(2, 99), width=1))


def values(add):
    def one(name, rule, code, outputs, body):
        talk = asked(outputs=outputs)
        kind, size = {1: (1, 1), 4: (3, 2), 8: (3, 4), 16: (4, 1)}[outputs]
        talk.answer(parts=[(kind, size, body)])
        add("values", name, rule, talk, code, id=1, scope=0)

    one("label-that-is-no-class", "every label is less than classes", "INTERNAL", 1, bytes([0, 3]))
    one("label-void", "there is no void in an answer", "INTERNAL", 1, bytes([0, 255]))
    for name, value, code in [
        ("nan", float("nan"), "NONFINITE_OUTPUT"), ("infinity", float("inf"), "NONFINITE_OUTPUT"),
        ("negative", -0.5, "INTERNAL"), ("sum-over-1", 0.75, "INTERNAL"), ("sum-under-1", 0.0, "INTERNAL"),
    ]:
        planes = [value, 0.25, 0.25, 0.5, 0.5, 0.25]
        if name == "negative":
            planes[4] = 1.25
        rule = "probabilities are finite and not negative, and a pixel's sum to 1"
        one(f"probability-f32-{name}", rule, code, 8, struct.pack("<6f", *planes))
        one(f"probability-f16-{name}", rule, code, 4, struct.pack("<6e", *planes))
    one("probability-f32-sum-off-by-2e-5", "sums of f32 are within 1e-5", "INTERNAL", 8,
        struct.pack("<6f", 0.25002, 0.25, 0.25, 0.5, 0.5, 0.25))
    png = bytes.fromhex("89504e470d0a1a0a 0000000d 49484452 00000002 00000001 08 03 00 00 00 00000000")
    rule = "the palette PNG has the result's size, colour type 3, depth 8 and no interlacing"
    for name, at, value in [
        ("signature", 0, 0x88), ("width", 19, 3), ("height", 23, 2), ("depth", 24, 4), ("colour-type", 25, 2),
        ("interlaced", 28, 1),
    ]:
        one(f"png-{name}", rule, "INTERNAL", 16, png[:at] + bytes([value]) + png[at + 1:])


def errors(add):
    def one(name, rule, payload, id=1, scope=1, code="PROTOCOL"):
        talk = asked()
        talk.server.frame("ERROR", payload, id=id)
        add("error", name, rule, talk, code, id=0, scope=scope)

    one("error-scope-2", "scope is 0 or 1", w.error(300, 2, 0))
    one("error-retry-4", "retry is 0 to 3", w.error(300, 0, 4))
    whole = "every field is there, and nothing behind"
    text = w.error("INTERNAL", text="abc")
    for cut in (0, 1, 2, 3, 7, 11, 12, 15):
        one(f"error-cut-at-{cut}", whole, text[:cut])
    one("error-trailing-byte", whole, text + b"\0")
    one("error-text-no-utf8", "str8 is UTF-8", w.error("INTERNAL", text=b"\x80"))
    one("error-of-a-request-with-id-0", "scope 0 names a request", w.error("INTERNAL"), id=0)
    one("error-of-an-id-never-opened", "the id was opened", w.error("INTERNAL"), id=2)
    damaged = {"payload_crc": 0}
    crc = "payload_crc is the CRC-32C of the payload"
    talk = asked()
    talk.server.frame("ERROR", w.error("CALM"), **damaged)
    add("error", "error-of-the-connection-damaged", crc, talk, "PAYLOAD_CRC", scope=1)
    talk = asked()
    talk.server.frame("ERROR", w.error("INTERNAL"), id=1, **damaged)
    add("error", "error-of-a-request-damaged", crc, talk, "PAYLOAD_CRC", id=1)
    limits = {"max_inflight": 1, "credit": 6}
    talk = Talk(limits=limits).shake()
    talk.request()
    talk.server.frame("ERROR", w.error("INTERNAL"), id=1, **damaged)
    talk.request(id=2)
    add("error", "error-damaged-gives-credit-back", "an ERROR with an id is terminal, damaged or not", talk,
        "PAYLOAD_CRC", id=1)
    for name, type, payload in [("error", "ERROR", w.error("INTERNAL")), ("result", "RESULT", b"")]:
        talk = asked()
        talk.server.frame("ERROR", w.error("INTERNAL"), id=1, **damaged)
        talk.server.frame(type, payload, id=1)
        add("error", f"{name}-behind-a-damaged-error", "nothing follows a terminal frame, damaged or not", talk,
            "PROTOCOL")
    talk = asked()
    talk.server.frame("ERROR", w.error("INTERNAL"), id=1)
    talk.server.frame("ERROR", w.error("INTERNAL"), id=1)
    out = talk
    add("error", "error-behind-the-last-frame", "nothing follows a terminal frame", out, "PROTOCOL")


def others(add):
    def one(file, name, rule, frames, code="PROTOCOL"):
        """Frames are (side, type, payload)."""
        talk = Talk().shake()
        for side, type, payload in frames:
            getattr(talk, side).frame(type, payload)
        add(file, name, rule, talk, code)

    ping = ("client", "PING", b"tessera!")
    one("pong", "pong-without-ping", "PONG answers PING", [("server", "PONG", b"tessera!")])
    one("pong", "pong-of-other-bytes", "PONG echoes the bytes", [ping, ("server", "PONG", b"tesserA!")])
    one("pong", "pong-twice", "PONG answers PING", [ping, *[("server", "PONG", b"tessera!")] * 2])
    one("pong", "pong-of-7-bytes", "PONG has 8 bytes", [ping, ("server", "PONG", b"tessera")])

    goaway = w.goaway(0)
    whole = "every field is there, and nothing behind"
    for cut in (0, 7, 11, 13, 15):
        one("goaway", f"goaway-cut-at-{cut}", whole, [("server", "GOAWAY", goaway[:cut])])
    one("goaway", "goaway-reserved-14", "reserved fields are 0", [("server", "GOAWAY", w.goaway(0, reserved=1))])

    def info(name, rule, payload, question="toy"):
        one("info", name, rule, [("client", "INFO", w.str8(question)), ("server", "INFO_ANSWER", payload)])

    classes = (("sky", (1, 2, 3)), ("road", (4, 5, 6)))
    good = w.info_answer([w.model(classes=classes)])
    for cut in (0, 3, 15, 16, 19, 52, 54, 60, 66, 67, 75, 76, len(good) - 1):
        info(f"info-answer-cut-at-{cut}", whole, good[:cut])
    info("info-answer-trailing-byte", whole, good + b"\0")
    info("info-answer-state-3", "state is 0, 1 or 2", w.info_answer(state=3))
    info("info-answer-more-models-counted", whole, w.info_answer([w.model(classes=classes)], count=2))
    info("info-answer-65535-models-counted", whole, w.info_answer(count=65_535))
    info("info-answer-classes-in-a-list", "a list names no classes", good, question="")
    info("info-answer-no-classes-of-a-model", "a named model tells its classes",
         w.info_answer([w.model(classes=classes, classes_named=False)]))
    for label, name in [("empty", ""), ("path", "../x"), ("upper-case", "Toy"), ("65-characters", "m" * 65)]:
        info(
            f"info-answer-model-{label}", "names are [a-z0-9_-]{1,64}",
            w.info_answer([w.model(name, classes=classes)]))
    info("info-answer-0-classes", "classes lie in 1…4,096", w.info_answer([w.model(classes=())]))
    info(
        "info-answer-4097-classes", "classes lie in 1…4,096",
        w.info_answer([w.model(count=4097, classes_named=False)]))
    one("info", "info-answer-nobody-asked-for", "INFO answers INFO", [("server", "INFO_ANSWER", w.info_answer())])

    def auth(name, rule, payload, code="PROTOCOL", **fields):
        talk = Talk(auth=1)
        talk.hello()
        talk.hello_ack()
        talk.client.frame("AUTH", w.auth(b"secret"))
        talk.server.frame(*payload, **fields)
        add("auth_ok", name, rule, talk, code, client={"token": b"secret".hex()})

    auth("auth-ok-of-3-bytes", "AUTH_OK has 4 bytes", ("AUTH_OK", bytes(3)))
    auth("auth-ok-of-5-bytes", "AUTH_OK has 4 bytes", ("AUTH_OK", bytes(5)), "LIMIT")
    auth("info-answer-before-auth-ok", "before AUTH_OK only PONG, ERROR and GOAWAY", ("INFO_ANSWER", w.info_answer()))
    auth("result-before-auth-ok", "before AUTH_OK only PONG, ERROR and GOAWAY", ("RESULT", b""), id=1)
    auth("token-refused", "the token is the server's", ("ERROR", w.error("AUTH")), "AUTH")
