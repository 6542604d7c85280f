"""Writes golden_lraspp.safetensors: torchvision's LR-ASPP on the large MobileNetV3 (3 classes) in double precision.

Weights, images and probes come from a formula that the test computes too, bit for bit, so that only results are stored.
For each image size: logits in use (of tiny ones these alone) and in training; of the gradient of sum(logits * probe)
in training, and of the way each running statistic goes in that step, the norm and the dot product with a probe, in the
order of the state dictionary; and some gradients in full. `names` are the dictionary's keys with their shapes, as text.
Usage: python make_golden_lraspp.py golden_lraspp.safetensors
"""
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from torchvision.models.segmentation import lraspp_mobilenet_v3_large

from golden_numbers import summary, uniform

CLASSES = 3
SIZES = [(2, 53, 77), (1, 33, 32)]
TINY = [(1, 1, 1), (2, 5, 3)]
FULL = ["backbone.0.0.weight", "backbone.4.block.1.0.weight", "backbone.4.block.2.fc1.weight",
        "backbone.14.block.1.1.weight", "classifier.low_classifier.weight", "classifier.high_classifier.bias"]


def start(name, shape):
    """Spreads that keep activations in range without settled statistics; variances and scales stay positive."""
    if len(shape) > 1:
        fan = int(np.prod(shape[1:]))
        return uniform(name, shape, 0, np.sqrt(np.float32(4) / np.float32(fan)))
    is_positive = name.endswith("running_var") or (name.endswith("weight"))
    return uniform(name, shape, 1 if is_positive else 0, 0.5)


torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
net = lraspp_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=CLASSES)
initial = {k: start(k, tuple(v.shape)) for k, v in net.state_dict().items() if v.is_floating_point()}
names = [f"{k} {'x'.join(map(str, v.shape))}" for k, v in net.state_dict().items()]
out = {"names": torch.tensor(list("\n".join(names).encode()), dtype=torch.uint8)}
for batch, height, width in SIZES + TINY:
    size = f"{batch}x{height}x{width}"
    net.load_state_dict(initial, strict=False)
    net = net.double()
    x = uniform(f"image.{size}", (batch, 3, height, width)).double()
    with torch.no_grad():
        out[f"{size}.inference"] = net.eval()(x)["out"]
    if (batch, height, width) in TINY:
        continue
    net.train().zero_grad()
    logits = net(x)["out"]
    (logits * uniform(f"probe.{size}", tuple(logits.shape)).double()).sum().backward()
    out[f"{size}.training"] = logits
    gradients = {k: p.grad for k, p in net.named_parameters()}
    movements = {k: b - initial[k].double() for k, b in net.named_buffers() if b.is_floating_point()}
    out[f"{size}.gradients"] = torch.stack([summary(k, v) for k, v in gradients.items()])
    out[f"{size}.movements"] = torch.stack([summary(k, v) for k, v in movements.items()])
    out |= {f"{size}.gradient.{k}": gradients[k] for k in FULL}
    print(size, *(f"{k} {out[f'{size}.{k}'].abs().max():.3g}" for k in ("inference", "training")))
save_file({k: v.detach().to(v.dtype if v.dtype == torch.uint8 else torch.float32).contiguous() for k, v in out.items()},
          sys.argv[1])
