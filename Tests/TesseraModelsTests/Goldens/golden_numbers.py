"""Numbers that follow from a name, the same to the bit in the tests, and what sums up a tensor."""
import numpy as np
import torch

FACTOR, TERM = 6364136223846793005, 1442695040888963407


def uniform(name, shape, centre=0.0, bound=1.0):
    """Knuth's linear congruential generator, seeded by FNV-1a of the name, as floats of centre ± bound."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    count = int(np.prod(shape))
    # word(i) = factor^i * seed + term * (1 + factor + ... + factor^(i-1)), modulo 2^64
    powers = np.cumprod(np.full(count, FACTOR, dtype=np.uint64), dtype=np.uint64)
    sums = np.cumsum(np.concatenate([np.ones(1, np.uint64), powers[:-1]]), dtype=np.uint64)
    words = powers * np.uint64(seed) + sums * np.uint64(TERM)
    unit = (words >> np.uint64(40)).astype(np.float32) / np.float32(8388608) - np.float32(1)
    return torch.from_numpy((np.float32(centre) + np.float32(bound) * unit).reshape(shape))


def summary(name, tensor):
    """Norm, and dot product with numbers that follow from the name."""
    probe = uniform(f"probe.{name}", tuple(tensor.shape)).double()
    return torch.stack([tensor.norm(), (tensor * probe).sum()])
