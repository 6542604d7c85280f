"""Writes the golden files beside this script with the reference implementation of safetensors.

    python make_goldens.py        (needs numpy and safetensors 0.8)
"""

import pathlib

import numpy as np
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent

save_file({}, here / "empty.safetensors")

save_file(
    {
        "conv.weight": np.arange(6, dtype="<f4").reshape(2, 3) / 4,
        "conv.bias": np.array([-1.5, np.nan, np.inf], dtype="<f4"),
        "scalar": np.array(7, dtype="<f4"),
        "nothing": np.zeros((0, 5), dtype="<f4"),
        "half": np.array([1.5, -2, 65504, 2.0**-24], dtype="<f2"),
        "double": np.array([0.1, -1e300], dtype="<f8"),
        "count": np.array([3], dtype="<i8"),
        "state": np.array([2**64 - 1, 1], dtype="<u8"),
        "bytes": np.array([[1, 2, 3]], dtype="u1"),
        'quote " \\ line\n grüße 🙂 \x01': np.array([True, False]),
    },
    here / "mixed.safetensors",
    metadata={"classes": "sky\troad"},
)
