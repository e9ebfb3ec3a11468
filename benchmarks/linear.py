"""How long a large config takes, as a multiple of reading its text and writing its result with public tools.

The config is generated: each job calls ten commands, which have parameters, a template in a name and a section in a
script. It is compared with PyYAML's C loader, on the config, and ruamel.yaml's dumper, on what came of it. The rounds
alternate between the three, so that whatever else the machine does meanwhile falls on all alike.
"""

import argparse
import gc
import io
import statistics
import time
from collections.abc import Callable
from typing import Any

import yaml
from ruamel.yaml import YAML

from migrate import Source, convert

BOUND = 10.0
CALLS = 10


def config(jobs: int, calls: int = CALLS) -> str:
    """A config of so many jobs in a tree, each with so many calls of commands."""
    verbose = "<<# parameters.verbose >> V=1<</ parameters.verbose >>"
    lines = ["version: 2.1", "commands:"]
    for number in range(calls):
        lines += [
            f"  step-{number}:",
            "    parameters:",
            "      target: {type: string}",
            "      verbose: {type: boolean, default: false}",
            "    steps:",
            "      - run:",
            f"          name: Step {number} of << parameters.target >>",
            f"          command: make step-{number} TARGET=<< parameters.target >>{verbose}",
        ]
    lines += ["jobs:"]
    for job in range(jobs):
        lines += [f"  job-{job}:", "    docker:", "      - image: cimg/base:2026.01", "    steps:", "      - checkout"]
        for number in range(calls):
            lines += [f"      - step-{number}:", f"          target: part-{job}"]
    lines += ["workflows:", "  all:", "    jobs:", "      - job-0"]
    for job in range(1, jobs):
        lines += [f"      - job-{job}:", f"          requires: [job-{(job - 1) // 2}]"]
    return "\n".join(lines) + "\n"


def seconds(work: Callable[[], object]) -> float:
    """How long something takes; the collector of garbage rests meanwhile, as it does in the program."""
    gc.collect()
    gc.disable()
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    gc.enable()
    return took


def measured(jobs: int, rounds: int) -> tuple[float, float, float]:
    """The medians of converting, loading and dumping a config of so many jobs."""
    text = config(jobs)
    outcome = convert(Source("config.yml", text))
    if outcome.text is None:
        raise SystemExit(str(outcome.notes[-1]))
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    result = yaml.load(outcome.text, Loader=loader)  # noqa: S506 - both are safe loaders
    work: tuple[Callable[[], object], ...] = (
        lambda: convert(Source("config.yml", text)),
        lambda: yaml.load(text, Loader=loader),  # noqa: S506 - the same loaders
        lambda: YAML().dump(result, io.StringIO()),
    )
    found = [[seconds(each) for each in work] for _ in range(rounds)]
    converting, loading, dumping = (statistics.median(column) for column in zip(*found, strict=True))
    return converting, loading, dumping


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jobs", nargs="*", type=int, default=[500, 1000, 2000, 3000], help="default: 500 to 3000")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured; default: %(default)s")
    asked = parser.parse_args()
    convert(Source("config.yml", config(2)))  # what is imported once is no part of the figures
    print(f"each job calls {CALLS} commands; at most {BOUND:.0f} is wanted as the ratio for 2000 jobs")
    print("  jobs   convert  ms a job      load      dump     ratio")
    for jobs in asked.jobs:
        converting, loading, dumping = measured(jobs, asked.rounds)
        ratio = converting / (loading + dumping)
        each = converting / jobs * 1000
        print(f"{jobs:6} {converting:7.2f} s {each:9.2f} {loading:7.2f} s {dumping:7.2f} s {ratio:9.2f}")


if __name__ == "__main__":
    main()
