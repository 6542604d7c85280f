"""Writes golden_step.safetensors: one step of a small U-Net (width 2, 3 classes) and LargeFOV in PyTorch.

Initial weights, a batch with void, outputs, losses, gradients of both networks under both adversarial terms, and the
losses of three steps of SGD. The discriminator's 2.3 million weights come from a formula that the test computes too,
and of its gradients only those of the first and last layer are kept, so that the file stays small.
Usage: python make_golden_step.py golden_step.safetensors
"""
import math
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file

CLASSES, WIDTH, VOID = 3, 2, 255


def block(inputs, outputs):
    def unit(i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    return nn.Sequential(unit(inputs, outputs), unit(outputs, outputs))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        c = [WIDTH << i for i in range(4)]
        self.down = nn.ModuleList([block(([3] + c)[i], c[i]) for i in range(4)])
        self.up = nn.ModuleList([block(c[i + 1] + c[i], c[i]) for i in (2, 1, 0)])
        self.head = nn.Conv2d(c[0], CLASSES, 1)

    def forward(self, x):
        kept = []
        for level, stage in enumerate(self.down):
            x = stage(F.max_pool2d(x, 2) if level else x)
            kept.append(x)
        for stage, skip in zip(self.up, kept[-2::-1]):
            x = F.interpolate(x, size=skip.shape[2:], mode="bilinear", align_corners=False)
            x = stage(torch.cat([x, skip], 1))
        return self.head(x)


class LargeFOV(nn.Module):
    def __init__(self):
        super().__init__()

        def unit(i, o):
            return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.ReLU())

        self.features = nn.Sequential(
            unit(CLASSES, 96), unit(96, 128), unit(128, 128), nn.MaxPool2d(2), unit(128, 256), unit(256, 256),
            nn.MaxPool2d(2), unit(256, 512), nn.Conv2d(512, 2, 3, padding=1))
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                index = torch.arange(layer.weight.numel(), dtype=torch.float64)
                spread = 2 / math.sqrt(layer.in_channels * 9)
                layer.weight.data = (spread * torch.sin(index * index * 0.001 + index)).float().view_as(layer.weight)
                layer.bias.data = torch.zeros_like(layer.bias)

    def forward(self, maps):
        scores = self.features(maps).mean((2, 3))
        return scores[:, 1] - scores[:, 0]


SEED = 8  # Of 0…19 the one whose rectifiers' inputs stay farthest from the kink: see `margin`.
torch.manual_seed(SEED)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
net, judge = UNet().train(), LargeFOV().train()
x = torch.randn(2, 3, 13, 18)
y = torch.randint(0, CLASSES, (2, 13, 18))
y[torch.rand(y.shape) < 0.1] = VOID
out = {f"segmenter.{k}": v.clone() for k, v in net.state_dict().items() if "num_batches" not in k}
out |= {"x": x, "y": y.to(torch.uint8)}
labelled = (y != VOID).unsqueeze(1)
truth = F.one_hot(y.clamp(max=CLASSES - 1), CLASSES).permute(0, 3, 1, 2).float() * labelled
bce, weight = F.binary_cross_entropy_with_logits, 0.1
margin = [math.inf]  # the least distance of a rectifier's input from 0, where rounding would decide the gradient
for rectifier in (m for n in (net, judge) for m in n.modules() if isinstance(m, nn.ReLU)):
    rectifier.register_forward_pre_hook(lambda _, v: margin.append(v[0].detach().abs().min().item()))
logits = net(x)
mce = F.cross_entropy(logits, y, ignore_index=VOID)
prediction = logits.softmax(1) * labelled
real, fake = judge(truth), judge(prediction)
print(f"seed {SEED}: rectifiers' inputs are at least {min(margin):.1e} from 0")
ones, zeros = torch.ones(2), torch.zeros(2)
losses = {
    "seg_minimax": mce - weight * bce(fake, zeros),
    "seg_nonsaturating": mce + weight * bce(fake, ones),
    "d": bce(real, ones) + bce(judge(prediction.detach()), zeros),
}
out |= {"logits": logits, "mce": mce, "real": real, "fake": fake, "d_loss": losses["d"]}
out |= {k: v for k, v in losses.items() if k != "d"}
for name, loss in losses.items():
    module = judge if name == "d" else net
    gradients = torch.autograd.grad(loss, list(module.parameters()), retain_graph=True)
    for (key, _), gradient in zip(module.named_parameters(), gradients):
        if name != "d" or key.startswith(("features.0.", "features.8.")):
            out[f"grad.{name}.{key}"] = gradient
optimizer = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9)
sgd = []
for _ in range(3):
    loss = F.cross_entropy(net(x), y, ignore_index=VOID)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    sgd.append(loss)
out["sgd_losses"] = torch.stack(sgd)
save_file({k: v.detach().contiguous() for k, v in out.items()}, sys.argv[1])
