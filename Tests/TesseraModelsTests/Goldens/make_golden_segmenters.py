"""Writes golden_segmenters.safetensors: the multi-scale network and the dilated one in PyTorch, in double precision.

Weights, images and probes come from a formula that the test computes too, bit for bit, so that only results are stored.
`farabet.*` (8 classes): for each image size the levels of the pyramid, the levels normalised, and the logits; of the
gradient of sum(logits * probe) the norm and the dot product with a probe, in the order of the state dictionary; and
that of the first layer in full. `context.*` (3 classes): logits of scores, and the same of the gradient.
`dilated8.*` (3 classes, few channels): logits of images, and the same of the gradient. `*.names` are the keys with
their shapes, as text.
Usage: python make_golden_segmenters.py golden_segmenters.safetensors
"""
import sys
from collections import OrderedDict

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from golden_numbers import summary, uniform

WINDOW = 15


def start(name, shape):
    """Spreads that keep activations in range; biases are positive, or rectifiers of few channels would shut."""
    if len(shape) > 1:
        return uniform(name, shape, 0, np.sqrt(np.float32(6) / np.float32(np.prod(shape[1:]))))
    return uniform(name, shape, 0.5, 0.5)


def halved(x):
    kernel = torch.outer(*2 * [torch.tensor([1.0, 4, 6, 4, 1], dtype=torch.float64)])[None, None]
    planes = x.flatten(0, 1)[:, None]
    y = F.conv2d(planes, kernel, stride=2, padding=2)
    return (y / F.conv2d(torch.ones_like(planes), kernel, stride=2, padding=2)).reshape(*x.shape[:2], *y.shape[2:])


def doubled(x, height, width):
    """Burt and Adelson's way: zeros between the pixels, then the same window, weighed by where pixels are."""
    kernel = torch.outer(*2 * [torch.tensor([1.0, 4, 6, 4, 1], dtype=torch.float64)])[None, None]
    spread = torch.zeros(x.shape[0] * x.shape[1], 1, height, width, dtype=torch.float64)
    pixels = torch.zeros_like(spread)
    spread[:, 0, ::2, ::2], pixels[:, 0, ::2, ::2] = x.flatten(0, 1), 1
    y = F.conv2d(spread, kernel, padding=2) / F.conv2d(pixels, kernel, padding=2)
    return y.reshape(*x.shape[:2], height, width)


def pyramid(x, levels=3):
    bands = []
    for _ in range(levels - 1):
        smaller = halved(x)
        bands.append(x - doubled(smaller, *x.shape[2:]))
        x = smaller
    return bands + [x]


def normalized(x):
    """Jarrett's local contrast normalisation by one square window for all channels."""
    distance = torch.arange(WINDOW, dtype=torch.float64) - WINDOW // 2
    taps = torch.exp(-distance**2 / (2 * (WINDOW / 4) ** 2))
    kernel = torch.outer(taps, taps)[None, None]

    def mean(y):
        y = y.mean(1, keepdim=True)
        return F.conv2d(y, kernel, padding=WINDOW // 2) / F.conv2d(torch.ones_like(y), kernel, padding=WINDOW // 2)

    v = x - mean(x)
    spread = mean(v**2).sqrt()
    least = spread.mean((2, 3), keepdim=True).clamp(min=1e-4)
    return v / torch.maximum(spread, least)


class Farabet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, 7, padding=3), nn.Tanh(), nn.MaxPool2d(2), nn.Conv2d(16, 64, 7, padding=3), nn.Tanh(),
            nn.MaxPool2d(2), nn.Conv2d(64, 256, 7, padding=3))
        self.classifier = nn.Conv2d(768, classes, 1)

    def forward(self, x):
        maps = [self.features(normalized(level)) for level in pyramid(x)]
        maps = [maps[0]] + [F.interpolate(m, maps[0].shape[2:], mode="bilinear") for m in maps[1:]]
        return F.interpolate(self.classifier(torch.cat(maps, 1)), x.shape[2:], mode="bilinear")


def context(classes):
    dilations = [("conv1_1", 1), ("conv1_2", 1), ("conv2_1", 2), ("conv3_1", 4), ("conv4_1", 8), ("conv5_1", 16),
                 ("fc1", 1)]
    layers = OrderedDict()
    for name, dilation in dilations:
        layers[f"ctx_{name}"] = nn.Conv2d(classes, classes, 3, padding=dilation, dilation=dilation)
        layers[f"relu_{name}"] = nn.ReLU()
    layers["ctx_final"] = nn.Conv2d(classes, classes, 1)
    return layers


def dilated8(classes, widths, hidden):
    layers, before = OrderedDict(), 3
    for stage, (count, width) in enumerate(zip([2, 2, 3, 3, 3], widths), 1):
        dilation = 2 if stage == 5 else 1
        for layer in range(1, count + 1):
            name = f"{stage}_{layer}"
            layers[f"conv{name}"] = nn.Conv2d(before, width, 3, padding=dilation, dilation=dilation)
            layers[f"relu{name}"] = nn.ReLU()
            before = width
        if stage <= 3:
            layers[f"pool{stage}"] = nn.MaxPool2d(2)
    layers["fc6"] = nn.Conv2d(before, hidden, 7, padding=12, dilation=4)
    layers["relu6"] = nn.ReLU()
    layers["fc7"] = nn.Conv2d(hidden, hidden, 1)
    layers["relu7"] = nn.ReLU()
    layers["final"] = nn.Conv2d(hidden, classes, 1)
    return layers | context(classes)


def record(out, place, net, sizes, enlarge, full=()):
    initial = {k: start(f"{place}.{k}", tuple(v.shape)) for k, v in net.state_dict().items()}
    net.load_state_dict(initial)
    net.double()
    names = [f"{k} {'x'.join(map(str, v.shape))}" for k, v in initial.items()]
    out[f"{place}.names"] = torch.tensor(list("\n".join(names).encode()), dtype=torch.uint8)
    for shape in sizes:
        size = "x".join(map(str, shape))
        net.zero_grad()
        x = uniform(f"{place}.input.{size}", shape).double()
        y = net(x)
        if enlarge:
            y = F.interpolate(y, x.shape[2:], mode="bilinear")
        (y * uniform(f"{place}.probe.{size}", tuple(y.shape)).double()).sum().backward()
        gradients = {k: p.grad for k, p in net.named_parameters()}
        out[f"{place}.{size}.logits"] = y
        out[f"{place}.{size}.gradients"] = torch.stack([summary(k, v) for k, v in gradients.items()])
        out |= {f"{place}.{size}.gradient.{k}": gradients[k] for k in full}
        print(place, size, f"{y.abs().max():.3g}", *(f"{k} {v.norm():.3g}" for k, v in gradients.items()))


torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
out = {}
record(out, "farabet", Farabet(8), [(2, 3, 23, 38), (1, 3, 13, 13)], False, ["features.0.weight"])
for shape in [(2, 3, 23, 38), (1, 3, 13, 13)]:
    size = "x".join(map(str, shape))
    levels = pyramid(uniform(f"farabet.input.{size}", shape).double())
    out |= {f"farabet.{size}.level{k}": v for k, v in enumerate(levels)}
    out |= {f"farabet.{size}.normalized{k}": normalized(v) for k, v in enumerate(levels)}
record(out, "context", nn.Sequential(context(3)), [(2, 3, 19, 37), (1, 3, 1, 1)], False)
net = nn.Sequential(dilated8(3, [4, 6, 8, 10, 12], 16))
record(out, "dilated8", net, [(2, 3, 29, 47), (1, 3, 8, 8)], True, ["conv1_1.weight", "conv5_3.weight"])
save_file({k: v.detach().to(v.dtype if v.dtype == torch.uint8 else torch.float32).contiguous() for k, v in out.items()},
          sys.argv[1])
