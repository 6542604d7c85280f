"""Writes golden_discriminators.safetensors: the discriminators in PyTorch (3 channels) in double precision.

Weights, maps, images and probes come from a formula that the test computes too, bit for bit, so that only results are
stored. For each discriminator: logits; the gradient of their loss with respect to the maps; norm and dot product with a
probe of the features and of each parameter's gradient, in the order of the state dictionary. The loss is the mean of
binary cross-entropy against ground truth, by weight where each place is judged.
Usage: python make_golden_discriminators.py golden_discriminators.safetensors
"""
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from golden_numbers import summary, uniform

CHANNELS = 3


def start(name, shape):
    """Spreads that keep activations in range."""
    if len(shape) == 1:
        return uniform(name, shape, 0, 0.5)
    return uniform(name, shape, 0, np.sqrt(np.float32(6) / np.float32(int(np.prod(shape[1:])))))


def rectified(source, to, kernel):
    return nn.Sequential(nn.Conv2d(source, to, kernel, padding=kernel // 2), nn.ReLU())


class FieldOfView(nn.Module):
    def __init__(self, widths, kernels):
        super().__init__()
        layers, source = [], CHANNELS
        for stage in range(3):
            hidden = zip(widths[stage], kernels[stage])
            layers += [nn.MaxPool2d(2)] if stage > 0 else []
            for to, kernel in hidden:
                layers.append(rectified(source, to, kernel))
                source = to
        self.features = nn.Sequential(*layers, nn.Conv2d(source, 2, kernels[2][1], padding=kernels[2][1] // 2))

    def forward(self, maps, images):
        hidden = self.features[:-1](maps)
        scores = self.features[-1](hidden).mean((2, 3), keepdim=True)
        return scores[:, 1:] - scores[:, :1], hidden


class TwoBranch(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps = nn.Sequential(rectified(CHANNELS, 64, 5))
        self.images = nn.Sequential(rectified(3, 16, 5), rectified(16, 64, 5))
        self.features = nn.Sequential(
            rectified(128, 128, 3), nn.MaxPool2d(2), rectified(128, 256, 3), nn.MaxPool2d(2), rectified(256, 512, 3),
            nn.Conv2d(512, 2, 3, padding=1))

    def forward(self, maps, images):
        hidden = self.features[:-1](torch.cat([self.maps(maps), self.images(images)], 1))
        scores = self.features[-1](hidden).mean((2, 3), keepdim=True)
        return scores[:, 1:] - scores[:, :1], hidden


class FullyConvolutional(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [CHANNELS, 64, 128, 256, 512]
        for i in range(4):
            setattr(self, f"conv{i + 1}", nn.Conv2d(widths[i], widths[i + 1], 4, 2, 1))
        self.classifier = nn.Conv2d(512, 1, 4, 2, 1)

    def forward(self, maps, images):
        x = maps
        for i in range(4):
            x = F.leaky_relu(getattr(self, f"conv{i + 1}")(x), 0.2)
        return F.interpolate(self.classifier(x), size=maps.shape[2:], mode="bilinear", align_corners=False), x


LARGE, SMALL = [(3, 3, 3), (3, 3), (3, 3)], [(3, 1), (3, 1), (3, 1)]
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
nets = {
    "stanford": TwoBranch(),
    "largefov": FieldOfView([(96, 128, 128), (256, 256), (512,)], LARGE),
    "largefovlight": FieldOfView([(96, 128, 128), (128, 128), (256,)], LARGE),
    "smallfov": FieldOfView([(96, 128), (256, 256), (512,)], SMALL),
    "smallfovlight": FieldOfView([(96, 128), (128, 128), (256,)], SMALL),
    "fcd": FullyConvolutional(),
}
out = {}
for name, net in nets.items():
    net.load_state_dict({k: start(k, tuple(v.shape)) for k, v in net.state_dict().items()})
    net = net.double()
    batch, height, width = (1, 64, 65) if name == "fcd" else (2, 9, 7)
    maps = uniform(f"maps.{name}", (batch, CHANNELS, height, width), 0.5, 0.5).double().requires_grad_()
    images = uniform(f"images.{name}", (batch, 3, height, width)).double()
    logits, features = net(maps, images)
    weights = uniform(f"coverage.{name}", tuple(logits.shape), 0.5, 0.5).double() if name == "fcd" else None
    loss = F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits), weights, reduction="sum")
    (loss / (logits.numel() if weights is None else weights.sum())).backward()
    out |= {f"{name}.logits": logits, f"{name}.maps": maps.grad, f"{name}.features": summary("features", features)}
    out[f"{name}.gradients"] = torch.stack([summary(k, p.grad) for k, p in net.named_parameters()])
    print(name, sum(p.numel() for p in net.parameters()), logits.flatten()[:2].tolist())
save_file({k: v.detach().float().contiguous() for k, v in out.items()}, sys.argv[1])
