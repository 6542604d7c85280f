"""Whether a series rises: least squares over the means of blocks, with a confidence interval of 95 %.

Neighbouring samples are alike, so that the spread of the samples about the line would tell too narrow an interval;
the means of blocks that are long beside what makes them alike hardly are.
"""

import math
import statistics

BLOCKS = 20
# Two-sided 95 % of Student's t for BLOCKS - 2 degrees of freedom.
STUDENT = 2.101


def slope(times, values):
    """The rise per second and half the width of its interval."""
    size = len(times) // BLOCKS
    if size < 1:
        raise ValueError(f"{len(times)} samples are too few, {BLOCKS} are needed")
    start = len(times) - size * BLOCKS

    def means(series):
        return [statistics.fmean(series[at:at + size]) for at in range(start, len(series), size)]

    x, y = means(times), means(values)
    center, level = statistics.fmean(x), statistics.fmean(y)
    spread = sum((each - center) ** 2 for each in x)
    rise = sum((a - center) * (b - level) for a, b in zip(x, y)) / spread
    rest = sum((b - level - rise * (a - center)) ** 2 for a, b in zip(x, y))
    return rise, STUDENT * math.sqrt(rest / (BLOCKS - 2) / spread)


def verdict(rise, margin, bound):
    """"flat" where the whole interval lies below the bound, "leaks" where it lies above, else "undecided"."""
    if rise + margin < bound:
        return "flat"
    return "leaks" if rise - margin > bound else "undecided"
