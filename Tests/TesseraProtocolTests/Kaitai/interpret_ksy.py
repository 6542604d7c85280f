#!/usr/bin/env python3
"""Reads the golden vectors by Protocol/tessera.ksy and compares every field with what the vectors mean.

A small interpreter of the part of Kaitai Struct that the file uses; it knows nothing of the protocol. It reads by
`kaitaistruct`, the runtime that compiled parsers use too. Needs PyYAML and kaitaistruct. It is no compiler: it cannot
tell whether kaitai-struct-compiler takes the file.
"""

import json
import pathlib
import re
import sys

import yaml
from kaitaistruct import BytesIO, KaitaiStream

ATTRIBUTES = {
    "id", "type", "size", "contents", "repeat", "repeat-expr", "if", "enum", "doc", "pos", "value",
}
INTEGERS = {"u1", "u2", "u4", "u8"}


class Node:
    """What one type read: fields by name, and its stream as `_io`."""

    def __init__(self, stream):
        self._io = Stream(stream)


class Stream:
    def __init__(self, stream):
        self.stream = stream

    @property
    def size(self):
        return self.stream.size()


class Interpreter:
    def __init__(self, schema):
        assert schema["meta"]["endian"] == "le"
        self.schema, self.types, self.enums = schema, schema["types"], schema["enums"]

    def evaluate(self, expression, node):
        if not isinstance(expression, str):
            return expression

        def number(match):
            values = [value for value, name in self.enums[match[1]].items() if name == match[2]]
            assert len(values) == 1, expression
            return str(values[0])

        code = re.sub(r"(\w+)::(\w+)", number, expression)
        return eval(code, {"__builtins__": {}}, Names(self, node))

    def read(self, kind, stream, arguments=()):
        node = Node(stream)
        node._schema = kind
        for parameter, value in zip(kind.get("params", []), arguments, strict=True):
            setattr(node, parameter["id"], value)
        for attribute in kind["seq"]:
            self.attribute(attribute, node, stream)
        return node

    def attribute(self, attribute, node, stream):
        unknown = set(attribute) - ATTRIBUTES
        assert not unknown, f"{attribute['id']}: {unknown}"
        if "if" in attribute and not self.evaluate(attribute["if"], node):
            return
        repeat = attribute.get("repeat")
        if repeat == "eos":
            value = []
            while not stream.is_eof():
                value.append(self.one(attribute, node, stream))
        elif repeat == "expr":
            value = [self.one(attribute, node, stream) for _ in range(self.evaluate(attribute["repeat-expr"], node))]
        else:
            assert repeat is None
            value = self.one(attribute, node, stream)
        setattr(node, attribute["id"], value)

    def one(self, attribute, node, stream):
        kind = attribute.get("type")
        if "contents" in attribute:
            expected = bytes(attribute["contents"])
            data = stream.read_bytes(len(expected))
            assert data == expected, f"{attribute['id']}: {data}"
            return data
        if isinstance(kind, str) and kind in INTEGERS:
            assert attribute.get("enum") is None or attribute["enum"] in self.enums
            return getattr(stream, "read_u1" if kind == "u1" else f"read_{kind}le")()
        if isinstance(kind, dict):
            chosen = self.evaluate(kind["switch-on"], node)
            cases = {self.evaluate(case, node): name for case, name in kind["cases"].items()}
            kind = cases.get(chosen)
        if "size" in attribute:
            data = stream.read_bytes(self.evaluate(attribute["size"], node))
            if kind is None:
                return data
            if kind == "str":
                return data.decode("utf-8")
            inner = KaitaiStream(BytesIO(data))
            value = self.read(self.types[kind], inner)
            assert inner.is_eof(), f"{kind}: bytes are left over"
            return value
        match = re.fullmatch(r"(\w+)(?:\((.*)\))?", kind)
        arguments = [self.evaluate(match[2], node)] if match[2] else []
        return self.read(self.types[match[1]], stream, arguments)

    def instance(self, node, name):
        instance = node._schema["instances"][name]
        if "value" in instance:
            return self.evaluate(instance["value"], node)
        if "if" in instance and not self.evaluate(instance["if"], node):
            return None
        stream = node._io.stream
        position = stream.pos()
        stream.seek(instance["pos"])
        value = self.one(instance, node, stream)
        stream.seek(position)
        return value


class Names(dict):
    """The names that an expression may use: fields read so far, and instances."""

    def __init__(self, interpreter, node):
        self.interpreter, self.node = interpreter, node

    def __missing__(self, name):
        if hasattr(self.node, name):
            return getattr(self.node, name)
        if name in self.node._schema.get("instances", {}):
            return self.interpreter.instance(self.node, name)
        raise KeyError(name)


HEADER = {"request_id": "id"}


def plain(value):
    """A value in the words of the vectors."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, Node):
        return value
    names = [item["id"] for item in value._schema["seq"]]
    if names == ["len", "text"]:
        return value.text
    if names == ["count", "numbers"]:
        return value.numbers
    fields = {name: plain(getattr(value, name)) for name in names if hasattr(value, name) and name != "reserved"}
    if names == ["id", "length", "value"]:
        return [fields["id"], fields["value"]]
    if names[0] == "kind" or names[0] == "name" and "red" in names:
        return list(fields.values())
    return fields


def meaning(payload, vector):
    """A message's fields, without those that only count others."""
    fields = plain(payload)
    if isinstance(fields, str):
        return {"plain": fields} if vector["header"]["codec"] == 0 and "plain" in vector["message"] else {}
    for count in ("num_sections", "num_models", "length"):
        fields.pop(count, None)
    for model in fields.get("models", []):
        model.setdefault("classes", [])
    return fields


def differences(interpreter, vector):
    stream = KaitaiStream(BytesIO(bytes.fromhex(vector["hex"])))
    (frame,) = interpreter.read(interpreter.schema, stream).frames
    header = {HEADER.get(name, name): value for name, value in plain(frame.header).items() if name != "header_crc"}
    if header != vector["header"]:
        yield f"header {header}"
    expected = {
        name: value for name, value in vector["message"].items() if name not in ("named", "plain_sha256", "end")}
    if vector["header"]["codec"] == 1:
        expected.pop("plain", None)
    found = meaning(frame.payload, vector)
    if found != expected:
        yield f"message {found}, not {expected}"


def main():
    protocol = pathlib.Path(sys.argv[1])
    interpreter = Interpreter(yaml.safe_load((protocol / "tessera.ksy").read_text()))
    faults, frames, streams = [], 0, 0
    for path in sorted((protocol / "vectors/valid").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            vector = json.loads(line)
            if path.stem != "exchange":
                frames += 1
                faults += [f"{vector['name']}: {fault}" for fault in differences(interpreter, vector)]
                continue
            for side in ("client", "server"):
                streams += 1
                said = [frame for frame in vector["frames"] if frame["from"] == side]
                data = bytes.fromhex("".join(frame["hex"] for frame in said))
                read = interpreter.read(interpreter.schema, KaitaiStream(BytesIO(data)))
                count = sum(frame["is"] not in ("PREFACE", "END") for frame in said)
                if len(read.frames) != count or hasattr(read, "preface") != (side == "client"):
                    faults.append(f"{vector['name']}: {len(read.frames)} frames of the {side}")
    print(f"{frames} frames, {streams} streams, {len(faults)} faults")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
