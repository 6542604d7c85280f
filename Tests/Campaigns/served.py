"""A server under test, its known answers, and peers that keep the protocol or break it."""

import asyncio
import hashlib
import os
import pathlib
import re
import signal
import socket
import struct
import sys
import time

from campaign import ROOT, missing

sys.path.insert(0, str(ROOT / "Protocol/python/src"))
try:
    from tessera_client import Output
    from tessera_client.frames import END, HEADER_BYTES, PREFACE, FrameType, Header, encode_frame
    from tessera_client.messages import Hello
    from tessera_client.request import Request
except ImportError as error:
    missing(f"the Python client needs python3 3.9 or later with numpy: apt-get install python3-numpy ({error})")

PATIENCE = 60


class Server:
    """A `tessera serve` on this machine; port 0 is any that is free."""

    def __init__(self, tessera, log, *arguments, host="127.0.0.1", port=0):
        self.log = pathlib.Path(log)
        with self.log.open("w") as stream:
            self.process = tessera.start(
                "serve", "--listen", f"{host}:{port}", "--threads", 1, *arguments, stderr=stream)

    @property
    def address(self):
        """Where it listens, ready or not; None before."""
        found = re.search(r"address=([0-9.]+):(\d+) .* listening\n", self.log.read_text())
        return found and (found[1], int(found[2]))

    def wait_for_line(self, part, count=1):
        """Waits for the count-th line of its log with a text."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            has_ended = self.process.poll() is not None
            lines = [line for line in self.log.read_text().splitlines() if part in line]
            if len(lines) >= count:
                return lines[-1]
            if has_ended:
                break
            time.sleep(0.005)
        raise SystemExit(f"the server did not say {part!r}; its log:\n{self.log.read_text()}")

    def ready(self):
        """Waits until it takes requests; says where."""
        self.wait_for_line("listening on ")
        return self.address

    def measure(self):
        """Resident KiB, threads and descriptors."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        files = len(os.listdir(f"/proc/{self.process.pid}/fd"))
        return int(fields["VmRSS"].split()[0]), int(fields["Threads"]), files

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        """Has it drain; returns its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if self.process.poll() is None:
            self.kill()


class KnownAnswers:
    """Images, and what each of some runs says of them by `tessera predict`."""

    def __init__(self, tessera, runs, scenes):
        self.files = sorted((scenes / "images").rglob("*.png"))
        self.images = [file.read_bytes() for file in self.files]
        self.maps = {}
        for run in runs:
            maps = tessera.maps(run, scenes)
            digest = hashlib.sha256((run / "best.safetensors").read_bytes()).hexdigest()
            self.maps[digest] = [(maps / file.name).read_bytes() for file in self.files]
        if len(set(map(tuple, self.maps.values()))) < len(runs):
            raise SystemExit("two models predict the same: nothing could be told apart")

    def fault(self, index, answer):
        """What is wrong with an answer that has a palette PNG; None for the right one."""
        maps = self.maps.get(answer.receipt.weights_digest)
        if maps is None:
            return f"image {index}: weights {answer.receipt.weights_digest} that nobody put there"
        if not answer.receipt.covers(self.images[index]):
            return f"image {index}: the receipt of another image"
        return None if answer.palette_png == maps[index] else f"image {index}: not what its weights say"


def request(image, outputs=Output.PALETTE_PNG):
    return Request.of(image, outputs, "", 0, False, None)


# Bytes of peers that do not go on as they should.

HELLO = encode_frame(FrameType.HELLO, Hello(1 << 20, (1,), (0,), "campaign").encode(), seq=0, version=0)


def opening(image, outputs=Output.LABELS, number=1):
    """OPEN and all DATA of a request, as the first frames behind HELLO or behind so many requests."""
    asked = request(image, outputs)
    seq = 2 * number - 1
    return (
        encode_frame(FrameType.OPEN, asked.open(None), seq=seq, version=1, request_id=number),
        encode_frame(
            FrameType.DATA, bytes(asked.image.content), seq=seq + 1, version=1, request_id=number, flags=END))


async def frame(reader):
    """Reads a frame; raises asyncio.IncompleteReadError at the end."""
    header = Header.decode(await reader.readexactly(HEADER_BYTES))
    return header, await reader.readexactly(header.wire_len)


async def greet(address, receive_bytes=None):
    """A connection over which HELLO and HELLO_ACK went."""
    made = socket.socket()
    made.setblocking(False)
    if receive_bytes:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    await asyncio.get_running_loop().sock_connect(made, address)
    reader, writer = await asyncio.open_connection(sock=made, limit=receive_bytes or 1 << 16)
    writer.write(PREFACE + HELLO)
    await frame(reader)
    return reader, writer


def reset(writer):
    """Ends a connection by RST."""
    made = writer.get_extra_info("socket")
    made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
