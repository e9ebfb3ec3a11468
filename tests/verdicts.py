"""What verify says of other people's configs. `python -m tests.verdicts` writes the table, docs/verify.md."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tests.samples import HERE, samples

TABLE = HERE / "docs" / "verify.md"


class Judged(NamedTuple):
    """A config by its set and name, the reasons of what differs, and what nothing explains."""

    set: str
    name: str
    reasons: tuple[str, ...]
    unexplained: tuple[str, ...]


def verdicts() -> Iterator[Judged]:
    """The verdict on each config that is converted."""
    for sample in samples():
        verdict = sample.outcome.verdict
        if sample.outcome.text is not None:
            found = [found for row in verdict.rows for found in row.found]
            reasons = dict.fromkeys(one.reason for one in found if one.reason)
            left = [f"{row.event.label}: {one.difference.name}: {one.phrase}" for row, one in verdict.unexplained]
            yield Judged(sample.set, sample.name, tuple(reasons), (*left, *verdict.problems))


def table() -> str:
    """The table: for each set, on how many configs both sides do the same, and what explains the others."""
    found = list(verdicts())
    lines = ["| set | configs | same | explained | not explained |", "|---|---|---|---|---|"]
    totals = [0, 0, 0, 0]
    for name in dict.fromkeys(one.set for one in found):
        counts = _counts([one for one in found if one.set == name])
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        lines.append(f"| {' | '.join(map(str, (name, *counts)))} |")
    lines.append(f"| {' | '.join(map(str, ('all', *totals)))} |")
    reasons = Counter(reason for one in found for reason in one.reasons)
    lines += [
        "",
        "Configs in which a note explains what differs, by the code of the note:",
        "",
        "| code | configs |",
        "|---|---|",
    ]
    lines += [f"| {code} | {count} |" for code, count in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))]
    return "\n".join((*_HEAD, *lines, ""))


def _counts(found: list[Judged]) -> list[int]:
    left = sum(bool(one.unexplained) for one in found)
    same = sum(not one.unexplained and not one.reasons for one in found)
    return [len(found), same, len(found) - same - left, left]


_HEAD = (
    "# What runs when, before and after",
    "",
    "Other people's configs (see samples.md), converted, and both sides run on the same events by `migrate/verify`:",
    "the same jobs in the same order behind the same gates, or a note of the job that tells of the difference.",
    "",
    "This file is written by `python -m tests.verdicts`; `tests/test_verify.py` says when it is stale.",
    "",
)

if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
