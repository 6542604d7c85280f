"""Serves a segmenter by Triton's server with its Python backend (PyTriton): KServe's protocol, a PNG as raw body."""
import os

import numpy as np

# Its shared memory does not come about on every machine: the server then waits for it in vain.
os.environ.setdefault("PYTRITON_NO_TENSORSTORE", "1")

from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

from segmenter import Segmenter, parse


def worker():
    segmenter = Segmenter()

    def infer(requests):
        # One list of requests is one batch.
        images = [segmenter.decode(request["png"].item()) for request in requests]
        return [{"map": np.array([[segmenter.encode(labels)]], dtype=object)} for labels in segmenter.labels(images)]

    return infer


if __name__ == "__main__":
    settings = parse(__doc__)
    config = TritonConfig(
        http_address="127.0.0.1", http_port=settings.port, allow_grpc=False, allow_metrics=False)
    with Triton(config=config) as triton:
        triton.bind(
            model_name="segment", infer_func=[worker() for _ in range(settings.workers)],
            inputs=[Tensor(name="png", dtype=bytes, shape=(1,))],
            outputs=[Tensor(name="map", dtype=bytes, shape=(1,))],
            config=ModelConfig(
                max_batch_size=settings.batch,
                batcher=DynamicBatcher(max_queue_delay_microseconds=1000 * settings.wait_ms)))
        triton.serve()
