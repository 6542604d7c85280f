"""What the peers' servers have in common: settings, and a segmenter from PNG bytes to palette PNG bytes.

Servers start their workers as new processes, so settings travel in the environment.
"""
import argparse
import io
import json
import os

import numpy as np
from PIL import Image

KEY = "SEGMENTER_PEER"


def parse(description):
    """Reads the command line, and leaves the settings for workers to find."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--onnx", required=True, help="model that lraspp_onnx.py wrote")
    parser.add_argument("--engine", choices=["onnxruntime", "openvino"], default="onnxruntime")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32", help="ONNX Runtime has f32 alone")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="threads of each worker")
    parser.add_argument("--batch", type=int, default=8, help="most images of a batch")
    parser.add_argument("--wait-ms", type=int, default=2, help="longest wait for a batch to fill")
    settings = parser.parse_args()
    os.environ[KEY] = json.dumps(vars(settings))
    return settings


class Segmenter:
    """A model with its engine, in a worker."""

    def __init__(self):
        settings = json.loads(os.environ[KEY])
        colors = np.random.default_rng(0).integers(0, 256, 768, dtype=np.uint8)
        self.palette = colors.tobytes()
        if settings["engine"] == "onnxruntime":
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = settings["threads"]
            session = onnxruntime.InferenceSession(settings["onnx"], options, providers=["CPUExecutionProvider"])
            self.infer = lambda pixels: session.run(None, {"pixels": pixels})[0]
        else:
            import openvino

            core = openvino.Core()
            hints = {
                "INFERENCE_NUM_THREADS": settings["threads"], "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": settings["precision"]}
            request = core.compile_model(core.read_model(settings["onnx"]), "CPU", hints).create_infer_request()
            self.infer = lambda pixels: request.infer([pixels])[0]

    def decode(self, png):
        return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))

    def labels(self, images):
        """Classes of a batch; images of several sizes go one by one."""
        if len({image.shape for image in images}) == 1:
            return list(self.infer(np.stack(images)))
        return [self.infer(image[None])[0] for image in images]

    def encode(self, labels):
        image = Image.fromarray(labels, "P")
        image.putpalette(self.palette)
        file = io.BytesIO()
        image.save(file, "png", compress_level=1)
        return file.getvalue()
