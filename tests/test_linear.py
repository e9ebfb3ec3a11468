"""Converting takes time in proportion to what it produces (`benchmarks/linear.py` measures how much)."""

import time

from benchmarks import linear
from migrate import Source, convert

FEW, FACTOR = 150, 4
TOLERATED = 5.5
"""A quadratic share that is a tenth of the work for few jobs is four tenths for four times as many."""


def seconds(jobs: int) -> float:
    """What the processor spends on a config of so many jobs."""
    text = linear.config(jobs, calls=1)
    began = time.process_time()
    convert(Source("config.yml", text))
    return time.process_time() - began


def test_four_times_the_jobs_take_four_times_as_long() -> None:
    """If work grew with the square it would be sixteen times. A busy machine is given three chances."""
    convert(Source("config.yml", linear.config(2)))
    ratios = [seconds(FEW * FACTOR) / seconds(FEW) for _ in range(3)]

    assert min(ratios) < TOLERATED, ratios
