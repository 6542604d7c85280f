"""Both clients against a real server, at TESSERA_SERVER=HOST:PORT, that serves a default model."""

from __future__ import annotations

import asyncio
import hashlib
import os
import struct
import unittest
import zlib
from typing import Any, Tuple

import numpy as np
import numpy.typing as npt

from tessera_client import AsyncClient, Client, Code, ConnectionFailed, Model, Output, RequestFailed, Segmentation

SERVER = os.environ.get("TESSERA_SERVER", "")
EVERY = Output.LABELS | Output.CONFIDENCE | Output.PROBABILITIES_F32 | Output.PALETTE_PNG


def address() -> Tuple[str, int]:
    host, _, port = SERVER.rpartition(":")
    return host.strip("[]"), int(port)


def picture(model: Model, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Noise of about 32 x 48 pixels, as the model takes it."""
    step = max(model.side_multiple, 1)
    height, width = (max(model.min_side, -(-side // step) * step) for side in (32, 48))
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Writes a PNG of RGB8, unfiltered."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@unittest.skipUnless(SERVER, "TESSERA_SERVER=HOST:PORT is not set, so no server is asked")
class Live(unittest.TestCase):
    def setUp(self) -> None:
        self.client = Client(*address())
        self.addCleanup(self.client.close)
        listed = self.client.info().models
        self.assertTrue(listed, "the server has no model")
        self.model = listed[0]

    def check_receipt(self, answer: Segmentation, image: Any, content: bytes) -> None:
        receipt = answer.receipt
        self.assertTrue(receipt.covers(image))
        self.assertEqual(receipt.input_digest, hashlib.sha256(content).hexdigest())
        self.assertEqual(receipt.weights_digest, self.model.weights_digest.hex())
        self.assertEqual((receipt.model, receipt.generation), (self.model.name, self.model.generation))
        self.assertEqual(receipt.classes, self.model.class_count)

    def test_every_output_of_pixels_and_of_a_png_agrees(self) -> None:
        pixels = picture(self.model)
        height, width, _ = pixels.shape
        raw = self.client.segment(pixels, outputs=EVERY)
        file = png(pixels)
        packed = self.client.segment(file, outputs=EVERY)
        self.check_receipt(raw, pixels, pixels.tobytes())
        self.check_receipt(packed, file, file)
        self.assertEqual(raw.receipt.pixels_digest, packed.receipt.pixels_digest)
        self.assertEqual(raw.receipt.pixels_digest, raw.receipt.input_digest)
        self.assertEqual(raw.receipt.output_digest, packed.receipt.output_digest)
        for name, shape in (("labels", (height, width)), ("confidence", (height, width))):
            np.testing.assert_array_equal(getattr(raw, name), getattr(packed, name))
            self.assertEqual(getattr(raw, name).shape, shape)
        probabilities = raw.probabilities
        assert probabilities is not None and raw.labels is not None and raw.confidence is not None
        self.assertEqual(probabilities.shape, (raw.classes, height, width))
        np.testing.assert_array_equal(probabilities.argmax(0), raw.labels)
        np.testing.assert_allclose(probabilities.max(0) * 255, raw.confidence, atol=0.51)
        self.assertEqual(raw.palette_png, packed.palette_png)

    def test_half_precision(self) -> None:
        pixels = picture(self.model)
        half = self.client.segment(pixels, outputs=Output.PROBABILITIES_F16).probabilities
        whole = self.client.segment(pixels, outputs=Output.PROBABILITIES_F32).probabilities
        assert half is not None and whole is not None
        self.assertEqual(half.dtype, np.float16)
        np.testing.assert_allclose(half, whole, atol=1e-3)

    def test_with_and_without_compression_and_in_views(self) -> None:
        pixels = picture(self.model)
        first = self.client.segment(pixels)
        with Client(*address(), compress=False) as plain:
            np.testing.assert_array_equal(plain.segment(pixels).labels, first.labels)
        turned = pixels.transpose(1, 0, 2)
        again = self.client.segment(turned.transpose(1, 0, 2))
        self.assertEqual(again.receipt.output_digest, first.receipt.output_digest)

    def test_twenty_at_once_on_one_connection(self) -> None:
        async def ask() -> None:
            async with AsyncClient(*address()) as client:
                server = await client.connect()
                pictures = [picture(self.model, seed) for seed in range(20)]
                answers = await asyncio.gather(*(client.segment(each) for each in pictures))
                for each, answer in zip(pictures, answers):
                    self.check_receipt(answer, each, each.tobytes())
                    self.assertEqual(answer.receipt.server_instance, server.instance)
                alone = self.client.segment(pictures[7])
                np.testing.assert_array_equal(alone.labels, answers[7].labels)

        asyncio.run(ask())

    def test_refusals_leave_the_connection_as_it_was(self) -> None:
        pixels = picture(self.model)
        for code, arguments in (
            (Code.UNKNOWN_MODEL, {"model": "nobody-has-this-one"}),
            (Code.UNKNOWN_MODEL, {"generation": 4_000_000_000}),
        ):
            with self.assertRaises(RequestFailed) as caught:
                self.client.segment(pixels, **arguments)
            self.assertEqual(caught.exception.code, code)
        short = png(pixels)[:-30]
        with self.assertRaises(RequestFailed) as caught:
            self.client.segment(short)
        self.assertEqual(caught.exception.code, Code.BAD_IMAGE)
        if self.model.min_side > 1 or self.model.side_multiple > 1:
            with self.assertRaises(RequestFailed) as caught:
                self.client.segment(np.zeros((1, 1, 3), np.uint8))
            self.assertEqual(caught.exception.code, Code.BAD_SHAPE)
        with self.assertRaises(RequestFailed) as caught:
            self.client.segment(np.zeros((0, 7, 3), np.uint8))
        self.assertEqual(caught.exception.code, Code.BAD_SHAPE)
        self.assertEqual(self.client.segment(pixels).labels.shape, pixels.shape[:2])  # type: ignore[union-attr]

    def test_cancel(self) -> None:
        pixels = picture(self.model)

        async def cancel() -> None:
            async with AsyncClient(*address()) as client:
                tasks = [asyncio.ensure_future(client.segment(pixels)) for _ in range(8)]
                await asyncio.sleep(0.005)
                for task in tasks[::2]:
                    task.cancel()
                found = await asyncio.gather(*tasks, return_exceptions=True)
                for answer in found[1::2]:
                    self.assertIsInstance(answer, Segmentation)
                for answer in found[::2]:
                    self.assertIsInstance(answer, (asyncio.CancelledError, Segmentation))
                # All credit has come back.
                await asyncio.gather(*(client.segment(pixels) for _ in range(20)))

        asyncio.run(cancel())

    def test_a_deadline_that_cannot_be_kept(self) -> None:
        pixels = picture(self.model)
        with self.assertRaises(RequestFailed) as caught:
            self.client.segment(pixels, deadline=1e-9)
        self.assertEqual(caught.exception.code, Code.DEADLINE)
        self.client.segment(pixels, deadline=30)

    def test_ping_and_info(self) -> None:
        self.assertLess(self.client.ping(), 5)
        named = self.client.info(self.model.name)
        self.assertEqual(named.state, 1)
        (model,) = named.models
        self.assertEqual(len(model.classes), model.class_count)
        self.assertEqual(self.client.info("nobody-has-this-one").models, ())

        async def ask() -> None:
            async with AsyncClient(*address()) as client:
                self.assertLess(await client.ping(), 5)
                self.assertEqual((await client.info()).models[0].name, self.model.name)

        asyncio.run(ask())

    def test_a_closed_client_connects_anew(self) -> None:
        pixels = picture(self.model)
        self.client.segment(pixels)
        self.client.close()
        self.client.segment(pixels)

    def test_closing_fails_what_is_under_way(self) -> None:
        pixels = picture(self.model)

        async def close() -> None:
            client = AsyncClient(*address())
            await client.connect()
            task = asyncio.ensure_future(client.segment(pixels))
            await asyncio.sleep(0)
            await client.aclose()
            try:
                await task
            except ConnectionFailed as error:
                self.assertEqual(error.code, Code.CANCELLED)
            finally:
                await client.aclose()

        asyncio.run(close())


if __name__ == "__main__":
    unittest.main()
