"""What clients send that breaks one rule each, and what a server answers."""

import binascii

from . import wire as w
from . import zstd
from .talk import PIXELS, Talk

FLAT = bytes([7]) * 300


def client_faults(out):
    """Adds every fault of a client to `out`."""

    def add(file, name, rule, talk, code, id=0, scope=None, server=None, version=1, extra=(), alternative=None):
        """One ERROR is expected; `extra` holds those of ERRORs that must come before it."""
        number, usual, retry = w.CODES[code]
        scope = usual if scope is None else scope
        error = {"id": id, "code": number, "name": code, "scope": scope, "retry": retry, "version": version}
        if alternative:
            error["or"] = w.CODES[alternative][0]
        if scope == 0:
            talk.ping(b"go on...")
        out.add(file, {
            "name": name, "rule": rule, "plays": ["server"], "server": server or {}, "frames": talk.frames,
            "errors": [*extra, error]})

    prefaces(add)
    handshakes(add)
    headers(add)
    ids(add)
    lengths(add)
    damages(add)
    hellos(add)
    auths(add)
    opens(add)
    refusals(add)
    data(add)
    compression(add)
    rates(add)


def shaken(**options):
    """A conversation behind the handshake, as far as the client said it."""
    talk = Talk(offer={}, **options)
    talk.hello()
    return talk


def prefaces(add):
    for name, start, rule in [
        ("preface-http", b"GET / HTTP/1.1\r\n", "the first 8 bytes are the preface, not another protocol's"),
        ("preface-tls", bytes.fromhex("1603010200010001"), "TLS is spoken on the TLS port only"),
        ("preface-without-carriage-return", bytes.fromhex("895453500a1a0a00"), "bytes are not text: CR LF stays"),
        ("preface-line-feed-doubled", bytes.fromhex("895453500d0a1a0d"), "bytes are not text: LF stays LF"),
        ("preface-of-seven-bits", bytes.fromhex("095453500d0a1a0a"), "the transport carries 8 bits"),
        ("preface-missing", w.header(w.hello(), "HELLO", version=0) + w.hello(), "the preface stands before HELLO"),
        ("preface-of-another-protocol", bytes.fromhex("89504e470d0a1a0a"), "the preface is that of TSP, not of PNG"),
    ]:
        talk = Talk(offer={}, preface=False)
        talk.client.raw("PREFACE", start)
        add("preface", name, rule, talk, "PROTOCOL", version=0)


def handshakes(add):
    def before_hello(name, type, payload, rule, code="PROTOCOL", **fields):
        talk = Talk(offer={})
        talk.client.frame(type, payload, **{"version": 0, **fields})
        add("order", name, rule, talk, code, version=0)

    before_hello("open-before-hello", "OPEN", w.open_(PIXELS), "HELLO is the first frame", id=1)
    before_hello("ping-before-hello", "PING", b"tessera!", "HELLO is the first frame")
    before_hello("auth-before-hello", "AUTH", w.auth(b"secret"), "HELLO is the first frame")
    before_hello("hello-of-version-1", "HELLO", w.hello(), "HELLO carries version 0", "VERSION", version=1)

    def behind_hello(name, type, payload, rule, code="PROTOCOL", server=None, **fields):
        talk = shaken()
        talk.client.frame(type, payload, **fields)
        add("order", name, rule, talk, code, server=server)

    token = {"token": b"secret".hex()}
    behind_hello("hello-twice", "HELLO", w.hello(), "HELLO comes once")
    behind_hello("auth-nobody-asked-for", "AUTH", w.auth(b"secret"), "AUTH comes only where HELLO_ACK asks for it")
    behind_hello("open-before-auth", "OPEN", w.open_(PIXELS), "before AUTH_OK only AUTH and PING", server=token, id=1)
    behind_hello("data-before-auth", "DATA", b"1", "before AUTH_OK only AUTH and PING", server=token, id=1, flags=1)
    behind_hello("cancel-before-auth", "CANCEL", b"", "before AUTH_OK only AUTH and PING", server=token, id=1)
    behind_hello("info-before-auth", "INFO", w.str8(""), "before AUTH_OK only AUTH and PING", server=token)
    for version, name in [(0, "version-0-behind-hello"), (2, "version-2-not-agreed-on")]:
        behind_hello(name, "PING", b"tessera!", "frames carry the version agreed on", "VERSION", version=version)
    behind_hello("version-grease", "PING", b"tessera!", "grease is never spoken", "VERSION", version=0x7A)
    talk = shaken()
    talk.client.frame("AUTH", w.auth(b"secret"))
    talk.client.frame("AUTH", w.auth(b"secret"))
    add("order", "auth-twice", "AUTH comes once", talk, "PROTOCOL", server=token)


def headers(add):
    def ping(name, rule, code, file="header", **fields):
        talk = shaken()
        talk.ping(**fields)
        add(file, name, rule, talk, code)

    ping("header-crc-one-bit-off", "header_crc is the CRC-32C of bytes 0 to 27", "HEADER_CRC",
         header_crc=lambda first: w.crc32c(first) ^ 1)
    ping("header-crc-of-another-polynomial", "header_crc is CRC-32C, not the CRC-32 of zlib", "HEADER_CRC",
         header_crc=lambda first: binascii.crc32(first))
    ping("header-crc-big-endian", "integers are little-endian", "HEADER_CRC",
         header_crc=lambda first: int.from_bytes(w.u32(w.crc32c(first)), "big"))
    ping("header-crc-without-final-xor", "the final XOR is 0xFFFFFFFF", "HEADER_CRC",
         header_crc=lambda first: w.crc32c(first) ^ 0xFFFFFFFF)
    ping("header-crc-zero", "header_crc is never left out", "HEADER_CRC", header_crc=lambda first: 0)
    for flag in (1, 2, 0x80):
        ping(f"flags-{flag}-on-ping", "flags are 0 on everything but DATA", "PROTOCOL", flags=flag)
    ping("codec-1-on-ping", "codec 1 is legal on DATA only", "PROTOCOL", codec=1, plain_len=9)
    ping("seq-repeated", "seq counts up by one", "SEQ", seq=0)
    ping("seq-skipped", "seq counts up by one", "SEQ", seq=2)
    ping("seq-largest", "seq counts up by one", "SEQ", seq=2**32 - 1)

    talk = Talk(offer={})
    talk.hello(seq=1)
    add("header", "seq-starts-at-1", "seq starts at 0", talk, "SEQ", version=0)

    for type, name in [
        (0x00, "type-0"), (0x7F, "type-unknown"), (0x13, "type-unassigned-neighbour"), (0x22, "type-22"),
    ]:
        talk = shaken()
        talk.client.frame(type, b"")
        add("header", name, "unknown types are errors", talk, "PROTOCOL")
    for name in ("HELLO_ACK", "AUTH_OK", "RESULT", "RESULT_DATA", "ERROR", "PONG", "INFO_ANSWER", "GOAWAY"):
        talk = shaken()
        talk.client.frame(name, b"tessera!", id=1 if name in ("RESULT", "RESULT_DATA") else 0)
        label = "data" if name == "RESULT_DATA" else name.lower().replace("_", "-")
        add("header", f"type-of-a-server-{label}", "bit 7 of type is 0 from a client", talk, "PROTOCOL")

    talk = shaken()
    talk.open(frame={"flags": 1})
    add("header", "flags-end-on-open", "END is legal on DATA only", talk, "PROTOCOL")
    talk = shaken()
    talk.open(frame={"codec": 1, "plain_len": 100})
    add("header", "codec-1-on-open", "codec 1 is legal on DATA only", talk, "PROTOCOL")
    talk = Talk(offer={}, codecs=(1, 0))
    talk.hello(codec=1, plain_len=100)
    add("header", "codec-1-on-hello", "before authentication nothing is compressed", talk, "PROTOCOL", version=0)
    for flag in (2, 3, 0x81):
        talk = shaken()
        talk.open()
        talk.client.frame("DATA", PIXELS, id=1, flags=flag)
        add("header", f"flags-{flag}-on-data", "unknown flags are errors", talk, "PROTOCOL")
    for codec, name, offered in [
        (1, "codec-1-not-offered", (0,)), (2, "codec-unknown", (1, 0)), (0x4A, "codec-grease-of-the-server", (1, 0)),
    ]:
        talk = shaken(codecs=offered)
        talk.open(FLAT, width=10, height=10)
        talk.client.data(FLAT, 1, wire=zstd.frame(FLAT, zstd.rle(7, 300)), codec=codec)
        add("header", name, "DATA uses codec 0 or one that both sides named", talk, "PROTOCOL")


def ids(add):
    def one(name, rule, type, payload=b"", id=0, before=(), **fields):
        talk = shaken()
        for number in before:
            talk.request(id=number)
        talk.client.frame(type, payload, id=id, **fields)
        add("id", name, rule, talk, "PROTOCOL")

    rising = "ids of OPEN rise strictly and lie in 1…2⁶⁴−2"
    one("open-id-0", rising, "OPEN", w.open_(PIXELS), 0)
    one("open-id-repeated", rising, "OPEN", w.open_(PIXELS), 4, before=[4])
    one("open-id-falling", rising, "OPEN", w.open_(PIXELS), 3, before=[2, 4])
    one("open-id-largest", rising, "OPEN", w.open_(PIXELS), 2**64 - 1)
    opened = "DATA and CANCEL carry an id that was opened"
    one("data-id-0", opened, "DATA", b"1", 0, flags=1)
    one("data-id-never-opened", opened, "DATA", b"1", 5, before=[4], flags=1)
    one("cancel-id-0", opened, "CANCEL", b"", 0)
    one("cancel-id-never-opened", opened, "CANCEL", b"", 5, before=[4])
    one("ping-with-an-id", "PING belongs to the connection, id 0", "PING", b"tessera!", 1, before=[1])
    one("info-with-an-id", "INFO belongs to the connection, id 0", "INFO", w.str8(""), 1, before=[1])
    talk = Talk(offer={})
    talk.hello(id=1)
    add("id", "hello-with-an-id", "HELLO belongs to the connection, id 0", talk, "PROTOCOL", version=0)
    talk = shaken()
    talk.client.frame("AUTH", w.auth(b"secret"), id=1)
    add(
        "id", "auth-with-an-id", "AUTH belongs to the connection, id 0", talk, "PROTOCOL",
        server={"token": b"secret".hex()})


def lengths(add):
    def one(name, rule, code, type, payload=b"", opened=False, server=None, codecs=(0,), shake=True, **fields):
        talk = shaken(codecs=codecs) if shake else Talk(offer={}, codecs=codecs)
        if opened:
            talk.open(FLAT, width=10, height=10)
            fields = {"id": 1, **fields}
        talk.client.frame(type, payload, **({} if shake else {"version": 0}), **fields)
        add("length", name, rule, talk, code, server=server, version=int(shake))

    same = "with codec 0 wire_len and plain_len are equal"
    one("length-plain-longer-than-wire", same, "PROTOCOL", "PING", b"tessera!", plain_len=9)
    one("length-plain-shorter-than-wire", same, "PROTOCOL", "PING", b"tessera!", plain_len=7)
    shorter = "with codec 1 wire_len is less than plain_len"
    for plain, name in [(15, "zstd-as-long-as-plain"), (14, "zstd-longer-than-plain"), (0, "zstd-of-nothing")]:
        one(name, shorter, "PROTOCOL", "DATA", zstd.frame(FLAT, zstd.rle(7, 300)), opened=True, codecs=(1, 0), flags=1,
            codec=1, plain_len=plain)
    one("data-empty", "DATA is never empty", "PROTOCOL", "DATA", opened=True)
    one("data-empty-with-end", "DATA is never empty", "PROTOCOL", "DATA", opened=True, flags=1)

    # The header alone is enough: a limit is checked before the payload is waited for.
    limit = "a payload is no longer than its type allows"
    head = {"header_only": True}
    one("hello-of-1025-bytes", limit, "LIMIT", "HELLO", shake=False, wire_len=1025, **head)
    one("hello-of-4-GiB", limit, "LIMIT", "HELLO", shake=False, wire_len=2**32 - 1, **head)
    one("open-of-4097-bytes", limit, "LIMIT", "OPEN", id=1, wire_len=4097, **head)
    one("open-over-max-open", "OPEN is no longer than HELLO_ACK's max_open", "LIMIT", "OPEN", id=1, wire_len=101,
        server={"limits": {"max_open": 100}}, **head)
    one("auth-of-4097-bytes", limit, "LIMIT", "AUTH", wire_len=4097, server={"token": "00"}, **head)
    one("info-of-257-bytes", limit, "LIMIT", "INFO", wire_len=257, **head)
    one("ping-of-9-bytes", limit, "LIMIT", "PING", b"tessera!!")
    one("cancel-with-a-payload", "CANCEL is empty", "LIMIT", "CANCEL", b"x", opened=True)
    one("data-over-1-MiB", limit, "LIMIT", "DATA", opened=True, wire_len=(1 << 20) + 1, **head)
    one("data-of-4-GiB", limit, "LIMIT", "DATA", opened=True, wire_len=2**32 - 1, **head)
    small = {"server": {"limits": {"max_chunk": 299}}}
    one("data-over-max-chunk", "DATA is no longer than HELLO_ACK's max_chunk", "LIMIT", "DATA", opened=True,
        wire_len=300, **small, **head)
    one("zstd-over-max-chunk", "the limit counts plain bytes, not those on the wire", "LIMIT", "DATA", opened=True,
        codecs=(1, 0), codec=1, wire_len=15, plain_len=300, **small, **head)
    one("zstd-of-4-GiB", "the limit counts plain bytes, not those on the wire", "LIMIT", "DATA", opened=True,
        codecs=(1, 0), codec=1, wire_len=15, plain_len=2**32 - 1, **head)
    one("ping-of-7-bytes", "PING has 8 bytes", "PROTOCOL", "PING", b"tessera")
    one("ping-empty", "PING has 8 bytes", "PROTOCOL", "PING")


def damages(add):
    rule = "payload_crc is the CRC-32C of the payload on the wire"
    talk = Talk(offer={})
    talk.hello(payload_crc=1)
    add("payload_crc", "hello-damaged", rule, talk, "PAYLOAD_CRC", scope=1, version=0)
    for name, type, payload, server in [
        ("ping-damaged", "PING", b"tessera!", None), ("info-damaged", "INFO", w.str8("toy"), None),
        ("auth-damaged", "AUTH", w.auth(b"secret"), {"token": b"secret".hex()}),
    ]:
        talk = shaken()
        talk.client.frame(type, payload, payload_crc=w.crc32c(payload) ^ 0x80000000)
        add("payload_crc", name, rule, talk, "PAYLOAD_CRC", scope=1, server=server)
    talk = shaken()
    talk.open(frame={"payload_crc": 0})
    talk.send()
    add("payload_crc", "open-damaged", rule, talk, "PAYLOAD_CRC", id=1)
    talk = shaken()
    talk.open()
    talk.client.data(PIXELS, 1, payload_crc=0)
    add("payload_crc", "data-damaged", rule, talk, "PAYLOAD_CRC", id=1)
    talk = shaken()
    talk.open()
    talk.client.data(PIXELS[:2], 1, end=False, payload_crc=0)
    talk.client.data(PIXELS[2:], 1)
    add("payload_crc", "data-damaged-and-more-follows", rule, talk, "PAYLOAD_CRC", id=1)
    wire = zstd.frame(FLAT, zstd.rle(7, 300))
    talk = shaken(codecs=(1, 0))
    talk.open(FLAT, width=10, height=10)
    talk.client.data(FLAT, 1, wire=wire, payload_crc=w.crc32c(FLAT))
    add(
        "payload_crc", "payload-crc-of-plain-bytes", "payload_crc covers the payload as it travels", talk,
        "PAYLOAD_CRC", id=1)
    talk = shaken()
    talk.open()
    talk.client.frame("CANCEL", id=1, payload_crc=1)
    add("payload_crc", "cancel-with-a-checksum-of-something", "the payload_crc of no bytes is 0", talk, "PROTOCOL")
    talk = shaken()
    talk.open(model="nobody")
    talk.send()
    talk.open(id=2, frame={"payload_crc": 0})
    talk.send(id=2)
    add(
        "payload_crc", "open-damaged-behind-skipped-data", "each OPEN allows as many skipped bytes as credit again",
        talk, "PAYLOAD_CRC", id=2, server={"limits": {"credit": 6}},
        extra=[{"id": 1, "code": 100, "name": "UNKNOWN_MODEL", "scope": 0, "retry": 0, "version": 1}])


def hellos(add):
    def one(name, rule, payload, code="PROTOCOL"):
        talk = Talk(offer={})
        talk.client.frame("HELLO", payload, version=0)
        add("hello", name, rule, talk, code, version=0)

    whole = w.hello(agent="abc")
    fields = "every field is there"
    one("hello-empty", fields, b"")
    one("hello-cut-in-largest-chunk", fields, whole[:3])
    one("hello-cut-before-versions", fields, whole[:4])
    one("hello-cut-in-versions", fields, w.u32(1 << 20) + b"\2\1")
    one("hello-cut-before-codecs", fields, whole[:6])
    one("hello-cut-in-codecs", fields, whole[:6] + b"\3\0\1")
    one("hello-cut-before-agent", fields, whole[:8])
    one("hello-cut-in-agent", fields, whole[:-1])
    one("hello-chunk-under-64-KiB", "largest DATA is at least 65,536", w.hello(largest_chunk=65_535))
    one("hello-chunk-0", "largest DATA is at least 65,536", w.hello(largest_chunk=0))
    one("hello-agent-no-utf8", "str8 is UTF-8", w.hello(agent=b"\xc3\x28"))
    one("hello-agent-surrogate", "str8 is UTF-8, which has no surrogates", w.hello(agent=b"\xed\xa0\x80"))
    one("hello-agent-overlong", "str8 is UTF-8 in its shortest form", w.hello(agent=b"\xc0\xaf"))
    one("hello-no-version", "at least one version is common", w.hello(versions=()), "VERSION")
    one("hello-other-versions", "at least one version is common", w.hello(versions=(2, 3)), "VERSION")
    one("hello-grease-versions-only", "grease is never spoken", w.hello(versions=(0x0A, 0xFA)), "VERSION")
    extensions(lambda name, rule, tail, code: one(f"hello-{name}", rule, w.hello() + tail, code))


def extensions(one):
    """Breaks the rules of TLVs at the end of some payload."""
    whole = "TLVs are whole"
    one("tlv-one-byte", whole, b"\4", "PROTOCOL")
    one("tlv-without-length", whole, b"\4\0", "PROTOCOL")
    one("tlv-half-a-length", whole, b"\4\0\1", "PROTOCOL")
    one("tlv-cut", whole, b"\4\0\5\0abcd", "PROTOCOL")
    one("tlv-longest-and-cut", whole, b"\4\0\xff\xff", "PROTOCOL")
    one("tlv-id-twice", "ids of TLVs rise strictly", w.tlvs([(4, b"a"), (4, b"a")]), "PROTOCOL")
    one("tlv-ids-falling", "ids of TLVs rise strictly", w.tlvs([(6, b""), (4, b"")]), "PROTOCOL")
    one("tlv-critical-unknown", "an odd id must be understood", w.tlvs([(3, b"")]), "VERSION")
    one("tlv-critical-behind-known", "an odd id must be understood", w.tlvs([(2, b""), (0xFFFF, b"x")]), "VERSION")


def auths(add):
    def one(name, rule, payload, code="PROTOCOL"):
        talk = shaken()
        talk.client.frame("AUTH", payload)
        add("auth", name, rule, talk, code, server={"token": b"secret".hex()})

    one("auth-empty", "every field is there", b"")
    one("auth-cut-in-length", "every field is there", b"\1\6")
    one("auth-cut-in-token", "every field is there", w.auth(b"secre", length=6))
    one("auth-trailing-byte", "a payload ends with its last field", w.auth(b"secret", length=5))
    one("auth-token-over-4093", "a token has at most 4,093 bytes", w.auth(b"", length=4094))
    one("auth-method-0", "method is 1", w.auth(b"secret", method=0))
    one("auth-method-2", "method is 1", w.auth(b"secret", method=2))
    one("auth-wrong-token", "the token is the server's", w.auth(b"secreT"), "AUTH")
    one("auth-token-prefix", "the token is the server's", w.auth(b"secre"), "AUTH")
    one("auth-no-token", "the token is the server's", w.auth(b""), "AUTH")


def opens(add):
    def one(name, rule, payload, code="PROTOCOL"):
        talk = shaken()
        talk.client.frame("OPEN", payload, id=1)
        add("open", name, rule, talk, code)

    whole = w.open_(PIXELS, model="toy")
    for cut in (0, 1, 3, 7, 11, 14, 15, 23, 27, 31, 63, 64, 66):
        one(f"open-cut-at-{cut}", "every field is there", whole[:cut])
    one("open-model-no-utf8", "str8 is UTF-8", w.open_(PIXELS, model=b"\xff"))
    one("open-reserved-byte-15", "byte 15 is 0", w.open_(PIXELS, reserved=1))
    extensions(lambda name, rule, tail, code: one(f"open-{name}", rule, w.open_(PIXELS) + tail, code))


def refusals(add):
    def one(name, rule, code, server=None, data=PIXELS, **fields):
        talk = shaken()
        talk.open(data, **fields)
        talk.send(data)
        add("refusal", name, rule, talk, code, id=1, server=server)

    known = "what the server does not offer is refused before its data"
    for field, values in {
        "input": (0, 3, 255), "layout": (0, 2), "channels": (1, 4), "bits": (7, 16), "priority": (2,),
        "outputs": (0, 32, 0x8001, 12),
    }.items():
        for value in values:
            one(f"open-{field}-{value}", known, "UNSUPPORTED", **{field: value})
    one("open-output-this-model-has-not", "a palette holds 256 classes", "UNSUPPORTED", {"classes": 257}, outputs=16)

    shape = "width, height and total agree"
    one("open-width-0", shape, "BAD_SHAPE", width=0)
    one("open-height-0", shape, "BAD_SHAPE", height=0)
    one("open-total-0", shape, "BAD_SHAPE", total=0)
    one("open-total-one-short", shape, "BAD_SHAPE", total=5)
    one("open-total-one-over", shape, "BAD_SHAPE", total=7)
    one("open-png-total-0", "total is at least 1", "BAD_SHAPE", input=2, total=0)
    one("open-total-of-one-channel", "RGB8 has three bytes a pixel", "BAD_SHAPE", total=2)
    one("open-side-too-short", "sides are at least the model's least", "BAD_SHAPE", {"min_side": 2})
    one("open-side-no-multiple", "sides are multiples of the model's", "BAD_SHAPE", {"side_multiple": 2})

    size = "sides, pixels, input and result stay in HELLO_ACK's limits"
    one("open-width-over-max-side", size, "TOO_LARGE", width=8193, height=1)
    one("open-height-over-max-side", size, "TOO_LARGE", width=1, height=8193)
    one("open-over-max-pixels", size, "TOO_LARGE", width=8192, height=2049)
    one("open-pixels-beyond-32-bits", size, "TOO_LARGE", width=2**32 - 1, height=2**32 - 1)
    one("open-over-max-message", size, "TOO_LARGE", input=2, total=(64 << 20) + 1)
    one("open-total-largest", size, "TOO_LARGE", total=2**64 - 1)
    one("open-over-max-result", size, "TOO_LARGE", {"limits": {"max_result": 23}}, outputs=8)
    one("open-result-of-192-MiB", size, "TOO_LARGE", outputs=8, width=4096, height=4096, total=3 << 24)
    one("open-over-the-models-pixels", "pixels stay in the model's limit", "TOO_LARGE", {"model_pixels": 1})

    name = "a model is named as the server's table names it"
    for label, model in [
        ("unknown", "nobody"), ("path", "../toy"), ("url", "http://toy"), ("upper-case", "TOY"), ("prefix", "to"),
        ("longest", "m" * 255), ("zero-byte", "toy\0"),
    ]:
        one(f"open-model-{label}", name, "UNKNOWN_MODEL", model=model)
    one("open-generation-gone", "a generation that is not loaded is unknown", "UNKNOWN_MODEL", generation=6)
    one("open-while-starting", "a server that is not ready takes no request", "NOT_READY", {"state": "starting"})


def data(add):
    def one(name, rule, code, pieces, id=1, server=None):
        """Pieces are (bytes, END)."""
        talk = shaken()
        talk.open()
        for piece, end in pieces:
            talk.client.data(piece, 1, end=end)
        add("data", name, rule, talk, code, id=id, server=server)

    total = "the DATA of a message sums to its total, and END comes there"
    one("data-ends-short", total, "SIZE_MISMATCH", [(PIXELS[:5], True)])
    one("data-ends-over", total, "SIZE_MISMATCH", [(PIXELS + b"x", True)])
    one("data-goes-on-at-total", total, "SIZE_MISMATCH", [(PIXELS, False)])
    one("data-goes-on-over-total", total, "SIZE_MISMATCH", [(PIXELS + b"x", False)])
    one("data-ends-short-in-second-frame", total, "SIZE_MISMATCH", [(PIXELS[:3], False), (PIXELS[3:5], True)])
    one("data-ends-over-in-second-frame", total, "SIZE_MISMATCH", [(PIXELS[:3], False), (PIXELS[2:], True)])

    def undecoded(name, wire, codecs=(0,), **fields):
        talk = shaken(codecs=codecs)
        talk.open()
        talk.client.frame("DATA", wire, id=1, flags=1, **fields)
        rule = "plain_len is held against the total before the payload is looked at"
        add("data", name, rule, talk, "SIZE_MISMATCH", id=1)

    undecoded("data-over-total-damaged", PIXELS + b"x", payload_crc=0)
    undecoded("data-over-total-no-zstd", b"junk", (1, 0), codec=1, plain_len=7)
    undecoded("data-over-total-of-1-MiB", zstd.frame(bytes(1 << 20), zstd.zeroes(1 << 20), width=4), (1, 0), codec=1,
              plain_len=1 << 20)
    undecoded("data-under-total-no-zstd", b"junk", (1, 0), codec=1, plain_len=5)
    digest = "the SHA-256 of the plain bytes is OPEN's"
    one("data-of-another-digest", digest, "DIGEST", [(PIXELS[::-1], True)])
    one("data-one-bit-off", digest, "DIGEST", [(b"\0" + PIXELS[1:], True)])
    one("data-behind-end", "END is the last DATA of its message", "PROTOCOL", [(PIXELS, True), (b"x", True)], id=0,
        server={"answers": False})

    talk = shaken()
    talk.open()
    talk.open(id=2)
    add(
        "data", "open-over-credit", "the totals of open requests sum to no more than credit", talk, "CREDIT",
        server={"limits": {"credit": 11}})
    talk = shaken()
    talk.open()
    talk.open(id=2)
    add(
        "data", "open-over-max-inflight", "no more than max_inflight requests are open", talk, "CREDIT",
        server={"limits": {"max_inflight": 1}})
    talk = shaken()
    talk.open(model="nobody")
    talk.client.data(PIXELS, 1, end=False)
    talk.client.data(b"x", 1)
    add(
        "data", "data-skipped-over-credit", "at most credit bytes are skipped between two OPENs", talk, "CREDIT",
        server={"limits": {"credit": 6}},
        extra=[{"id": 1, "code": 100, "name": "UNKNOWN_MODEL", "scope": 0, "retry": 0, "version": 1}])


def compression(add):
    def one(name, rule, wire, code="CODEC", plain=FLAT, server=None, alternative=None):
        # A PNG as far as OPEN says, which may have any length.
        talk = shaken(codecs=(1, 0))
        talk.open(plain, input=2)
        assert len(wire) < len(plain), name
        talk.client.data(plain, 1, wire=wire)
        add("zstd", name, rule, talk, code, id=1, server=server, alternative=alternative)

    blocks = zstd.rle(7, 300)
    good = zstd.frame(FLAT, blocks)
    check = zstd.checksum(FLAT)
    present = "the content checksum is present"
    one("zstd-without-checksum", present, zstd.frame(FLAT, blocks, check=b""))
    one("zstd-without-checksum-but-its-bytes", present, zstd.frame(FLAT, blocks, check=b"") + check)
    one("zstd-wrong-checksum", "the content checksum is right", zstd.frame(FLAT, blocks, check=bytes(4)))
    one("zstd-checksum-of-another-seed", "the content checksum is right", zstd.frame(FLAT, blocks, check=check[::-1]))
    one("zstd-without-content-size", "the content size is present", zstd.frame(FLAT, blocks, window=0, size=b""))
    less, more = "the content size is plain_len", "the blocks hold as many bytes as the content size says"
    one("zstd-content-size-less", less, zstd.frame(FLAT, blocks, content=299), "SIZE_MISMATCH")
    one("zstd-content-size-more", less, zstd.frame(FLAT, blocks, content=301), "SIZE_MISMATCH")
    one("zstd-content-size-0", less, zstd.frame(b"", zstd.raw(b""), width=4), "SIZE_MISMATCH")
    one(
        "zstd-content-size-beyond-32-bits", less, zstd.frame(FLAT, blocks, width=8, content=300 + 2**32),
        "SIZE_MISMATCH")
    one("zstd-content-size-largest", less, zstd.frame(FLAT, blocks, width=8, content=2**64 - 1), "SIZE_MISMATCH")
    one("zstd-blocks-hold-less", more, zstd.frame(FLAT, zstd.rle(7, 299)), alternative="SIZE_MISMATCH")
    one("zstd-blocks-hold-more", more, zstd.frame(FLAT, zstd.rle(7, 301)), alternative="SIZE_MISMATCH")
    one(
        "zstd-bomb", more, zstd.frame(FLAT, zstd.zeroes(64 << 17)), alternative="SIZE_MISMATCH")
    for bits, dictionary, name in [
        (1, b"\5", "1-byte"), (2, b"\5\0", "2-byte"), (3, b"\5\0\0\0", "4-byte"), (1, b"\0", "zero"),
    ]:
        one(
            f"zstd-dictionary-id-{name}", "there is no dictionary id",
            zstd.frame(FLAT, blocks, extra_bits=bits, dictionary=dictionary))
    one("zstd-reserved-bit", "the reserved bit is 0", zstd.frame(FLAT, blocks, extra_bits=8))
    one("zstd-unused-bit", "the unused bit is 0", zstd.frame(FLAT, blocks, extra_bits=16))
    window = "the window is no larger than max_chunk"
    one("zstd-window-over-1-MiB", window, zstd.frame(FLAT, blocks, window=10 << 3 | 1))
    one("zstd-window-of-2-GiB", window, zstd.frame(FLAT, blocks, window=21 << 3))
    one("zstd-window-largest", window, zstd.frame(FLAT, blocks, window=0xFF))
    one(
        "zstd-window-over-max-chunk", window, zstd.frame(FLAT, blocks, window=0),
        server={"limits": {"max_chunk": 1023}})
    skippable = bytes.fromhex("502a4d18 04000000 01020304")
    single = "the payload is exactly one frame"
    one("zstd-skippable-frame-alone", single, skippable)
    one("zstd-skippable-frame-before", single, skippable + good)
    one("zstd-skippable-frame-behind", single, good + skippable)
    one("zstd-trailing-byte", single, good + b"\0")
    one("zstd-two-frames", single, good + good)
    half = zstd.frame(FLAT[:150], zstd.rle(7, 150), width=1)
    one("zstd-two-frames-of-half", single, half + half, "SIZE_MISMATCH")
    whole = "the frame is whole"
    one("zstd-empty", whole, b"")
    for cut in (3, 4, 5, 6, 7, 10, 11, 14):
        one(f"zstd-cut-at-{cut}", whole, good[:cut])
    magic = "the magic number is zstd's"
    one("zstd-magic-one-bit-off", magic, b"\x29" + good[1:])
    one("zstd-without-magic", magic, good[4:])
    one("zstd-magic-of-version-0.7", magic, b"\x27" + good[1:])
    one("zstd-gzip", magic, bytes.fromhex("1f8b08000000000002034bc0030000000000"))
    legal = "blocks are those of RFC 8878"
    one("zstd-block-of-reserved-type", legal, zstd.frame(FLAT, zstd.block(3, 1, b"x")))
    one("zstd-no-last-block", legal, zstd.frame(FLAT, zstd.rle(7, 300, last=False)))
    one("zstd-block-behind-the-last", legal, zstd.frame(FLAT, zstd.rle(7, 300) + zstd.rle(7, 1)))
    one("zstd-compressed-block-of-nonsense", legal, zstd.frame(FLAT, zstd.block(2, 8, b"\xff" * 8)))
    one("zstd-compressed-block-cut", legal, zstd.frame(FLAT, zstd.block(2, 1, b"\0")))
    for name, rule, content in zstd.BROKEN_BLOCKS:
        # Where a block would write past the end, decoders may say so of the size.
        other = "SIZE_MISMATCH" if name in ("match-longer-than-the-content", "bit-stream-too-short") else None
        one(f"zstd-{name}", rule, zstd.frame(FLAT, zstd.block(2, len(content), content)), alternative=other)
    one("zstd-block-longer-than-the-frame", whole, zstd.frame(FLAT, zstd.block(0, 200, bytes(20))))
    one("zstd-cut-before-the-byte-of-rle", whole, zstd.frame(FLAT, zstd.block(1, 300, b""), check=b""))
    damaged = bytearray(zstd.COMPRESSED_TEXT)
    damaged[40] ^= 1
    one("zstd-compressed-block-one-bit-off", "the content checksum is right", bytes(damaged), plain=zstd.TEXT)


def rates(add):
    talk = shaken()
    for _ in range(4):
        talk.ping()
    add("rate", "pings-too-often", "pings keep ping_min_ms apart; the third strike ends it", talk, "CALM")
    talk = shaken()
    for _ in range(4):
        talk.client.frame("INFO", w.str8(""))
    add("rate", "infos-too-often", "INFO comes at most once a second; the third strike ends it", talk, "CALM")
    for name, kind in [("info-cut-in-name", b"\3to"), ("info-empty", b""), ("info-trailing-byte", b"\3toys"),
                       ("info-no-utf8", b"\1\xff")]:
        talk = shaken()
        talk.client.frame("INFO", kind)
        add("info", name, "a payload holds its fields and nothing behind them", talk, "PROTOCOL")
