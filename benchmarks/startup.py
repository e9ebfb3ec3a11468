"""How long `circle2bb convert` takes, as a multiple of importing the libraries that it stands on.

Both are whole processes, timed by `pyperf command`. The rounds alternate between the two, so that whatever
else the machine does meanwhile falls on both alike; the ratio is taken within each round.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import pyperf

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "parlai-shape" / ".circleci" / "config.yml"
BOUND = 1.5

IMPORTS = [sys.executable, "-c", "import click, yaml, ruamel.yaml, networkx"]


def conversion(config: Path, output: Path) -> list[str]:
    """The command that is measured: the installed script, as a user calls it."""
    script = Path(sys.executable).parent / ("circle2bb.exe" if os.name == "nt" else "circle2bb")
    return [str(script), "convert", str(config), "-o", str(output), "--force"]


def seconds(command: list[str], values: int, record: Path) -> float:
    """The median time of some runs of the command in one pyperf worker, after one that does not count."""
    record.unlink(missing_ok=True)
    options = [
        "--quiet",
        "--processes=1",
        "--warmups=1",
        "--loops=1",
        f"--values={values}",
        f"--output={record}",
    ]
    pyperf_command = [sys.executable, "-m", "pyperf", "command", *options, "--", *command]
    subprocess.run(pyperf_command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return float(pyperf.Benchmark.load(str(record)).median())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", nargs="?", type=Path, default=EXAMPLE, help="default: the committed example")
    parser.add_argument("--rounds", type=int, default=10, help="how often to alternate; default: %(default)s")
    parser.add_argument("--values", type=int, default=3, help="runs of each in a round; default: %(default)s")
    asked = parser.parse_args()
    if not asked.config.is_file():
        parser.error(f"there is no file {asked.config}")

    imports, converts = [], []
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record.json"
        converting = conversion(asked.config.resolve(), Path(folder) / "output")
        for _ in range(asked.rounds):
            imports.append(seconds(IMPORTS, asked.values, record))
            converts.append(seconds(converting, asked.values, record))

    ratios = sorted(one / other for one, other in zip(converts, imports, strict=True))
    print(f"config    {asked.config}")
    print(f"imports   {statistics.median(imports) * 1000:6.0f} ms   python -c '{IMPORTS[-1]}'")
    print(f"convert   {statistics.median(converts) * 1000:6.0f} ms   circle2bb convert CONFIG -o TMP --force")
    print(
        f"ratio     {statistics.median(ratios):6.2f}      "
        f"rounds from {ratios[0]:.2f} to {ratios[-1]:.2f}; at most {BOUND} is wanted"
    )


if __name__ == "__main__":
    main()
