"""Serves a segmenter by mosec: POST a PNG to /segment, a palette PNG comes back."""
import os
import sys

import mosec

from segmenter import Segmenter, parse


class Worker(mosec.Worker):
    def __init__(self):
        self.segmenter = Segmenter()

    def deserialize(self, data):
        return self.segmenter.decode(data)

    def forward(self, data):
        return self.segmenter.labels(data)

    def serialize(self, data):
        return self.segmenter.encode(data)


class Single(Worker):
    """Of one image at a time."""

    def forward(self, data):
        return self.segmenter.labels([data])[0]


if __name__ == "__main__":
    settings = parse(__doc__)
    # It reads the command line as well, and knows other options.
    sys.argv[1:] = ["--address", "127.0.0.1", "--port", str(settings.port), "--log-level", "error"]
    os.environ["OMP_NUM_THREADS"] = str(settings.threads)
    server = mosec.Server()
    server.append_worker(
        Worker if settings.batch > 1 else Single, num=settings.workers, max_batch_size=settings.batch,
        max_wait_time=settings.wait_ms, route="/segment")
    server.run()
