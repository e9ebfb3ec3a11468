"""How long an audit takes a config, beside a process for each, and how much memory: `benchmarks/audit.py FOLDER`."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from migrate.cli.audit_files import Found, find
from migrate.cli.audit_worker import Settings, Task, audit


def main() -> None:
    """Print the median of a config in one process, after start-up, and of every Nth in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--every", type=int, default=20, metavar="N")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = list(find((given.folder,), Path(scratch)))
        settings = Settings(folder=f"{scratch}/pages")
        tasks = [Task(one, "", f"page-{number}") for number, one in enumerate(found)]
        audit(settings, tasks[:20])  # what is loaded once
        records = audit(settings, tasks)
        here = [record.seconds for record in records]
        apart = [_alone(one.path, f"{scratch}/out") for one in found[:: given.every]]
        some, times = _most(found[:50], scratch), 10
        many = _most([one for one in found[:50] for _ in range(times)], scratch)
    print(f"{len(here)} configs in one process: median {1000 * statistics.median(here):.1f} ms, sum {sum(here):.1f} s")
    print(f"{len(apart)} of them in a process each: median {1000 * statistics.median(apart):.1f} ms")
    print(f"ratio of the medians: {statistics.median(apart) / statistics.median(here):.1f}")
    print(f"memory of an audit of 50 configs: {some:.0f} MB, of {times} times as many: {many:.0f} MB")


def _most(found: list[Found], scratch: str) -> float:
    """The most memory that an audit takes at once, in one process, in MB; each config has a copy of its own."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        for number, one in enumerate(found):
            path = Path(folder, "configs", str(number), ".circleci", "config.yml")
            path.parent.mkdir(parents=True)
            path.write_bytes(Path(one.path).read_bytes())
        where = [f"{folder}/configs", "-o", f"{folder}/out", "-j", "1", "--quiet"]
        process = subprocess.Popen([sys.executable, "-m", "migrate", "audit", *where], stdout=subprocess.DEVNULL)
        _, _, used = os.wait4(process.pid, 0)
    return used.ru_maxrss / 1024  # Linux counts in KB


def _alone(path: str, folder: str) -> float:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "migrate", "convert", path, "-o", folder, "--force", "--quiet"]
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
