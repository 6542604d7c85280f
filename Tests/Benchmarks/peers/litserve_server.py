"""Serves a segmenter by LitServe: POST a PNG to /segment, a palette PNG comes back."""
from typing import Annotated

import litserve
from fastapi import Body, Response

from segmenter import Segmenter, parse

PNG = Annotated[bytes, Body(media_type="image/png")]


class API(litserve.LitAPI):
    def setup(self, device):
        self.segmenter = Segmenter()

    def decode_request(self, request: PNG):
        return self.segmenter.decode(request)

    def batch(self, inputs):
        return inputs

    def predict(self, inputs):
        # Without batches it gets an image itself.
        return self.segmenter.labels(inputs) if isinstance(inputs, list) else self.segmenter.labels([inputs])[0]

    def unbatch(self, output):
        return output

    def encode_response(self, output):
        return Response(self.segmenter.encode(output), media_type="image/png")


if __name__ == "__main__":
    settings = parse(__doc__)
    api = API(max_batch_size=settings.batch, batch_timeout=settings.wait_ms / 1000, api_path="/segment")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=settings.workers, timeout=False)
    server.run(host="127.0.0.1", port=settings.port, log_level="error", generate_client_file=False)
