"""Writes an LR-ASPP that Tessera trained as ONNX: uint8 pixels [N, H, W, 3] in, uint8 classes [N, H, W] out.

Normalisation and argmax are part of the graph, where they cost a server least.
Usage: python lraspp_onnx.py best.safetensors model.onnx
"""
import json
import sys
import warnings

import torch
from safetensors import safe_open
from torchvision.models.segmentation import lraspp_mobilenet_v3_large


class Labels(torch.nn.Module):
    """Classes of pixels."""

    def __init__(self, path):
        super().__init__()
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
            weights = {name: file.get_tensor(name) for name in file.keys()}
        statistics = json.loads(metadata["tessera.normalization"])
        # As one multiplication and one addition of bytes.
        deviation = 255 * torch.tensor(statistics["standardDeviation"]).reshape(1, 3, 1, 1)
        self.register_buffer("scale", 1 / deviation)
        self.register_buffer("shift", -255 * torch.tensor(statistics["mean"]).reshape(1, 3, 1, 1) / deviation)
        classes = len(json.loads(metadata["tessera.classes"]))
        self.net = lraspp_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=classes)
        missing, unexpected = self.net.load_state_dict(weights, strict=False)
        wrong = unexpected + [name for name in missing if not name.endswith("num_batches_tracked")]
        if wrong:
            sys.exit(f"Error: {path}: not the tensors of an LR-ASPP, such as {wrong[0]}; give --model one")

    def forward(self, pixels):
        images = pixels.permute(0, 3, 1, 2).float() * self.scale + self.shift
        return self.net(images)["out"].argmax(1).to(torch.uint8)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    names = {0: "batch", 1: "height", 2: "width"}
    torch.onnx.export(
        Labels(sys.argv[1]).eval(), torch.zeros(1, 360, 480, 3, dtype=torch.uint8), sys.argv[2], dynamo=False,
        opset_version=17, input_names=["pixels"], output_names=["labels"],
        dynamic_axes={"pixels": names, "labels": names})
