"""Whole conversations in which nobody breaks a rule."""

import hashlib
import struct

from . import wire as w
from . import zstd
from .talk import PIXELS, Talk


def noise(count):
    """Bytes that do not compress."""
    return b"".join(hashlib.sha256(bytes([i & 255, i >> 8])).digest() for i in range(count // 32 + 1))[:count]


def exchanges(out):
    """Adds every valid exchange to `out`."""

    def add(name, about, talk, plays=("server", "client"), server=None, client=None, results=(), errors=()):
        out.add("exchange", {
            "name": name, "about": about, "plays": list(plays), "server": server or {}, "client": client or {},
            "frames": talk.frames, "results": list(results), "errors": list(errors)})

    def outcome(talk, data=PIXELS, id=1, width=2, height=1, outputs=1):
        item = {"id": id, "width": width, "height": height, "classes": talk.classes}
        for kind, size, part in talk.sections(data, outputs):
            if kind == 1:
                item["labels"] = talk.labels(data)
            elif kind == 2:
                item["confidence"] = list(part)
            else:
                item["probabilities"] = list(struct.unpack(f"<{len(part) // size}{'e' if size == 2 else 'f'}", part))
        return item

    talk = Talk(offer={})
    talk.hello()
    talk.ping()
    talk.hello_ack()
    talk.pong()
    talk.request()
    talk.answer()
    add(
        "exchange-minimal-client", "the worked example of SPEC.md, section 15", talk, plays=("server",),
        results=[outcome(talk)])

    def single(name, about, width, height, outputs=1, classes=3, limits=None, **fields):
        data = noise(3 * width * height)
        talk = Talk(limits=limits, classes=classes).shake()
        talk.request(data, width=width, height=height, outputs=outputs, **fields)
        talk.answer(data, width=width, height=height, outputs=outputs)
        server = {"limits": limits or {}, "classes": classes}
        add(name, about, talk, server=server, results=[outcome(talk, data, 1, width, height, outputs)])

    single("exchange-1x1", "one pixel", 1, 1)
    single("exchange-1xN", "one column", 1, 37)
    single("exchange-Nx1", "one row", 37, 1)
    single("exchange-3xH", "as wide as there are channels", 3, 5)
    single("exchange-1xN-every-raw-output-f32", "one column of every section", 1, 5, outputs=11)
    single("exchange-Nx1-probabilities-f16", "one row of planes", 5, 1, outputs=4)
    single(
        "exchange-257-classes-every-raw-output", "labels of two bytes beside two other sections", 2, 1, 7, classes=257)
    single("exchange-sections-in-odd-chunks", "no chunk holds two sections", 3, 3, outputs=11, limits={"max_chunk": 5})
    single("exchange-every-raw-output-f16", "three sections in ascending order", 3, 2, outputs=7)
    single("exchange-every-raw-output-f32", "three sections in ascending order", 3, 2, outputs=11)
    single("exchange-probabilities-only", "no labels", 2, 2, outputs=8)
    single("exchange-one-class", "every pixel is of the only class", 2, 2, outputs=9, classes=1)
    single("exchange-256-classes", "the last number of classes whose labels are one byte", 8, 8, classes=256)
    single("exchange-257-classes", "the first number of classes whose labels are two bytes", 8, 8, classes=257)
    single("exchange-4096-classes", "the most classes", 8, 8, classes=4096)
    single("exchange-chunked", "DATA cut at the server's max_chunk, both ways", 3, 3, limits={"max_chunk": 7})
    single("exchange-exact-credit", "a request of all the credit there is", 2, 2, limits={"credit": 12})
    single(
        "exchange-model-by-name", "model, generation and priority named", 2, 1, model="toy", generation=7, priority=1)

    talk = Talk().shake()
    for number in range(1, 4):
        data = noise(6 * number)
        talk.request(data, number, width=2 * number)
        talk.answer(data, number, width=2 * number)
    add("exchange-three-in-a-row", "ids and sequence numbers go on", talk, results=[
        outcome(talk, noise(6 * n), n, 2 * n) for n in range(1, 4)])

    talk = Talk(offer={}).shake()
    first, second = noise(6), noise(9)
    talk.open(first, 1)
    talk.open(second, 5, width=3)
    for number in range(3):
        talk.client.data(second[3 * number:3 * number + 3], 5, end=number == 2)
        if number < 2:
            talk.client.data(first[3 * number:3 * number + 3], 1, end=number == 1)
        if number == 1:
            talk.answer(first, 1)
    talk.answer(second, 5, width=3)
    add(
        "exchange-interleaved", "the DATA of two requests take turns; ids may leave gaps", talk, plays=("server",),
        results=[outcome(talk, first, 1), outcome(talk, second, 5, 3)])

    talk = Talk(offer={}, codecs=(1, 0)).shake()
    flat = bytes([7]) * 300
    talk.open(flat, 1, width=10, height=10)
    talk.client.data(flat[:150], 1, end=False, wire=zstd.frame(flat[:150], zstd.rle(7, 150), width=1))
    talk.client.data(flat[150:], 1)
    add(
        "exchange-codecs-mixed-by-client",
        "codec 1 and codec 0 in one message; the answer's codec is the server's choice",
        talk, plays=("server",), server={"answers": False}, results=[])

    talk = Talk(codecs=(1, 0)).shake()
    picture = noise(300)
    talk.request(picture, width=10, height=10)
    labels = [(1, 1, bytes([2]) * 100)]
    talk.result(picture, parts=labels, width=10, height=10)
    talk.reply(labels[0][2][:60], end=False, wire=zstd.frame(labels[0][2][:60], zstd.rle(2, 60), width=1))
    talk.reply(labels[0][2][60:])
    add(
        "exchange-codecs-mixed-by-server", "codec 1 and codec 0 in one message", talk, plays=("client",),
        client={"codecs": [1, 0]},
        results=[{"id": 1, "width": 10, "height": 10, "classes": 3, "labels": [2] * 100}])

    talk = Talk(auth=1)
    talk.hello()
    talk.hello_ack()
    talk.client.frame("AUTH", w.auth(b"secret"))
    talk.server.frame("AUTH_OK", w.u32(60))
    talk.request()
    talk.answer()
    add("exchange-token", "AUTH before the first OPEN", talk, server={"token": b"secret".hex()},
        client={"token": b"secret".hex()}, results=[outcome(talk)])

    talk = Talk().shake()
    talk.request()
    talk.answer()
    talk.client.frame("CANCEL", id=1)
    talk.ping()
    talk.pong()
    add(
        "exchange-cancel-of-a-finished-id", "it is ignored and costs nothing", talk, plays=("server",),
        results=[outcome(talk)])

    talk = Talk().shake()
    for model in ("", "toy", "nobody"):
        talk.client.frame("INFO", w.str8(model))
        classes = [(f"class {i}", (i, 0, 9)) for i in range(3)]
        models = [w.model(classes=classes, classes_named=bool(model))] if model != "nobody" else []
        talk.server.frame("INFO_ANSWER", w.info_answer(models, queued=1))
    add("exchange-info", "a list, a model, a name nobody knows; three in a second are still forgiven", talk)

    talk = Talk().shake()
    talk.client.frame("INFO", w.str8(""))
    small = w.model(classes=classes, classes_named=False, max_pixels=6)
    talk.server.frame("INFO_ANSWER", w.info_answer([small], queued=1))
    add(
        "exchange-info-of-a-model-for-small-images", "the model's limit is told, HELLO_ACK's is the server's", talk,
        server={"model_pixels": 6})

    talk = Talk().shake()
    talk.ping(b"\0\1\2\3\4\5\6\7")
    talk.pong(b"\0\1\2\3\4\5\6\7")
    talk.ping(b"\xff" * 8)
    talk.pong(b"\xff" * 8)
    add("exchange-pings", "every PING comes back byte for byte", talk)

    talk = Talk(state=2).shake()
    talk.server.frame("GOAWAY", w.goaway(2**64 - 1, 2000))
    add("exchange-first-warning", "GOAWAY of the largest number: no new OPEN", talk, plays=("client",))

    talk = Talk().shake()
    talk.request()
    talk.server.frame("GOAWAY", w.goaway(1))
    talk.answer()
    add("exchange-answer-behind-goaway", "what is in flight is still answered", talk, plays=("client",),
        results=[outcome(talk)])

    talk = Talk().shake()
    talk.request()
    talk.server.frame("GOAWAY", w.goaway(0))
    talk.server.frame("ERROR", w.error("DRAINING"), id=1)
    add("exchange-id-above-last-id", "the request was not touched: send it elsewhere", talk, plays=("client",),
        errors=[{"id": 1, "code": 203, "name": "DRAINING", "scope": 0}])

    talk = Talk().shake()
    talk.request()
    talk.result()
    talk.server.frame("ERROR", w.error("MODEL_FAULT"), id=1)
    add("exchange-error-behind-result", "an ERROR voids the RESULT before it", talk, plays=("client",),
        errors=[{"id": 1, "code": 302, "name": "MODEL_FAULT", "scope": 0}])

    talk = Talk().shake()
    talk.request()
    talk.server.frame("ERROR", w.error(4711, 0, 3, 100, 9, "?"), id=1)
    talk.request(id=2)
    talk.answer(id=2)
    add("exchange-unknown-code", "its retry byte says what to do; the connection goes on", talk, plays=("client",),
        errors=[{"id": 1, "code": 4711, "name": "CODE_4711", "scope": 0}], results=[outcome(talk, id=2)])

    more_of_servers(add, outcome)
    more_of_clients(add, outcome)


def more_of_servers(add, outcome):
    """What a client may do that the reference client does not."""
    talk = Talk(offer={}).shake()
    talk.request()
    talk.end()
    talk.answer()
    add(
        "exchange-half-close", "who ends the own direction behind the last DATA still gets the answer", talk,
        plays=("server",), results=[outcome(talk)])

    talk = Talk(offer={}).shake()
    talk.end()
    add("exchange-half-close-without-requests", "nothing is owed, so the server closes", talk, plays=("server",))

    talk = Talk(offer={}).shake()
    for number in (1, 2):
        talk.open(noise(6), number)
    for number in (2, 1):
        talk.send(noise(6), number)
    talk.end()
    for number in (2, 1):
        talk.answer(noise(6), number)
    add(
        "exchange-half-close-with-two-in-flight", "both are answered before the end", talk, plays=("server",),
        results=[outcome(talk, noise(6), number) for number in (2, 1)])

    grease = tuple(16 * digit + 10 for digit in range(16))
    for name, about, offer in [
        ("first", "numbers nobody speaks stand first", (grease + (1,), grease + (0,), ((0x0A0A, b""),))),
        ("last", "numbers nobody speaks stand last", ((1,) + grease, (0,) + grease, ((0xFAFA, b"\xff" * 99),))),
        ("between", "an unknown even TLV between two of grease", ((0x0A, 1, 2, 0xFA), (2, 0, 255),
                                                               ((0x0A0A, b"1"), (0x0A0C, b""), (0x1A1A, b"2")))),
    ]:
        versions, codecs, extensions = offer
        talk = Talk()
        talk.hello_payload = w.hello(versions=versions, codecs=codecs, extensions=extensions)
        talk.shake()
        talk.request()
        talk.answer()
        add(f"exchange-grease-{name}", about, talk, plays=("server",), results=[outcome(talk)])

    talk = Talk(offer={}).shake()
    trace = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for number, extensions in enumerate([((2, trace),), ((2, b"\xff"),), ((2, b""), (0x2A2A, b"??"))], 1):
        talk.request(id=number, extensions=extensions)
        talk.answer(id=number)
    add(
        "exchange-traceparent", "with a trace, with one that cannot be read, and with grease behind an empty one", talk,
        plays=("server",), results=[outcome(talk, id=number) for number in (1, 2, 3)])

    talk = Talk(offer={}, codecs=(1, 0)).shake()
    flat = bytes([7]) * 300
    talk.open(flat, 1, width=10, height=10)
    start = 0
    for count in (1, 17, 131, 1, 150):
        piece = flat[start:start + count]
        start += count
        wire = zstd.frame(piece, zstd.rle(7, count), width=1) if count > 16 else None
        talk.client.data(piece, 1, end=start == 300, wire=wire)
    add(
        "exchange-zstd-in-odd-pieces", "each DATA frame is compressed alone or not at all", talk, plays=("server",),
        server={"answers": False})


def more_of_clients(add, outcome):
    """What a server may do that the reference server does not."""
    talk = Talk(classes=257).shake()
    first, second = noise(12), noise(6)
    talk.request(first, 1, width=4)
    talk.request(second, 2)
    for number, data, width in ((1, first, 4), (2, second, 2)):
        talk.result(data, number, width=width)
    ones, twos = talk.coded(talk.labels(first)), talk.coded(talk.labels(second))
    talk.reply(twos[:1], 2, end=False)
    talk.reply(ones[:3], 1, end=False)
    talk.reply(twos[1:], 2)
    talk.reply(ones[3:], 1)
    add(
        "exchange-answers-interleaved", "the DATA of two answers take turns, cut amid labels of two bytes", talk,
        plays=("client",), results=[outcome(talk, second, 2), outcome(talk, first, 1, 4)])

    talk = Talk().shake()
    for number in range(1, 17):
        talk.request(noise(6), number)
    for number in range(16, 0, -1):
        talk.answer(noise(6), number)
    add(
        "exchange-sixteen-in-flight", "answered in the opposite order", talk, plays=("client",),
        results=[outcome(talk, noise(6), number) for number in range(16, 0, -1)])

    talk = Talk().shake()
    talk.request()
    talk.request(id=2)
    talk.server.frame("ERROR", w.error("OVERLOADED", retry_after_ms=250), id=1)
    talk.answer(id=2)
    add(
        "exchange-one-fails-one-is-answered", "an ERROR of one request leaves the others alone", talk,
        plays=("client",),
        results=[outcome(talk, id=2)], errors=[{"id": 1, "code": 200, "name": "OVERLOADED", "scope": 0}])

    talk = Talk().shake()
    talk.request()
    talk.server.frame("GOAWAY", w.goaway(2**64 - 1, 2000))
    talk.server.frame("GOAWAY", w.goaway(1))
    talk.answer()
    add(
        "exchange-drain", "the warning, the last id, the answer in flight", talk, plays=("client",),
        results=[outcome(talk)])

    def given_up(name, about, answer):
        talk = Talk().shake()
        talk.request()
        talk.server.frame("GOAWAY", w.goaway(0))
        answer(talk)
        talk.ping()
        talk.pong()
        add(
            f"exchange-given-up-{name}", f"of a request that has failed: {about}", talk, plays=("client",),
            errors=[{"id": 1, "code": 203, "name": "DRAINING", "scope": 0}])

    def wrong_answer(talk):
        talk.result(width=7)
        talk.result()
        talk.reply(b"x", end=False)
        talk.reply(b"yz")

    given_up("error", "its ERROR, damaged or not, is not read and ends it", lambda talk: talk.server.frame(
        "ERROR", w.error("DRAINING"), id=1, payload_crc=0))
    given_up("result", "its frames are not read, were they ever so wrong", wrong_answer)

    talk = Talk().shake()
    talk.client.frame("INFO", w.str8(""))
    talk.server.frame("INFO_ANSWER", w.info_answer([
        w.model(classes=[("", (0, 0, 0))] * count, classes_named=False, name=name, generation=count)
        for name, count in (("toy", 3), ("city", 11), ("toy-2", 4096))]))
    add("exchange-info-of-three-models", "a list names no classes", talk, plays=("client",))

    talk = Talk().shake(agent="", codecs=(), extensions=())
    talk.request()
    talk.answer()
    add(
        "exchange-laconic-server", "no agent, no codecs but the implied one, no TLVs", talk, plays=("client",),
        results=[outcome(talk)])

    talk = Talk(codecs=(1, 0)).shake()
    picture = noise(900)
    talk.request(picture, width=300)
    labels = bytes([1]) * 300
    talk.result(picture, parts=[(1, 1, labels)], width=300)
    start = 0
    for count in (1, 17, 255, 1, 26):
        piece = labels[start:start + count]
        start += count
        wire = zstd.frame(piece, zstd.rle(1, count), width=1) if count > 16 else None
        talk.reply(piece, end=start == 300, wire=wire)
    add(
        "exchange-zstd-answer-in-odd-pieces", "each DATA frame is compressed alone or not at all", talk,
        plays=("client",), client={"codecs": [1, 0]},
        results=[{"id": 1, "width": 300, "height": 1, "classes": 3, "labels": [1] * 300}])
