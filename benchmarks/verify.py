"""What proving a conversion costs, as a part of the conversion, over the configs of a folder.

Both are timed in one process, one after the other for each config; what is printed are medians. The collector of
garbage rests, as it does in the program.
"""

import argparse
import gc
import statistics
import time
from pathlib import Path

from migrate import Source, convert
from migrate.verify import verify

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus" / "files"
BOUND = 1.0


def measured(path: Path, rounds: int) -> tuple[float, float] | None:
    """The least seconds for converting without proof, and for the proof; None if the config is refused."""
    source = Source(path.name, path.read_bytes().decode("utf-8", "replace"))
    whole, proof = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        outcome = convert(source)
        converted = time.perf_counter()
        if outcome.text is None:
            return None
        verify(outcome.before, outcome.text, outcome.notes, outcome.choices)
        proof.append(time.perf_counter() - converted)
        whole.append(converted - began)
    return min(whole) - min(proof), min(proof)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS, help="default: the corpus beside the checkout")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each; default: %(default)s")
    asked = parser.parse_args()
    paths = sorted(path for path in asked.folder.rglob("*") if path.is_file())
    if not paths:
        parser.error(f"there is no file below {asked.folder}")
    gc.disable()
    found = {path.name: times for path in paths if (times := measured(path, asked.rounds))}
    ratios = {name: proof / rest for name, (rest, proof) in found.items()}
    print(f"configs   {len(found):6}")
    print(f"convert   {statistics.median(rest for rest, _ in found.values()) * 1000:6.2f} ms   without the proof")
    print(f"verify    {statistics.median(proof for _, proof in found.values()) * 1000:6.2f} ms")
    print(f"ratio     {statistics.median(ratios.values()):6.2f}      at most {BOUND} is wanted")
    name = max(ratios, key=lambda one: ratios[one])
    print(f"highest   {ratios[name]:6.2f}      {name}")
    print(f"over {BOUND}  {sum(ratio > BOUND for ratio in ratios.values()):6}      configs")


if __name__ == "__main__":
    main()
