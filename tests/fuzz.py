"""Configs that nobody wrote: some are made from a grammar, some are real ones that were damaged.

`python -m tests.fuzz --minutes 10` damages configs for as long as one likes, and stops at the first that breaks a
property; `--seed` repeats a run. Each mutant depends on the seed and its number only.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from migrate import Outcome, Source, convert
from tests import laws

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
SECONDS = 5.0
"""How long a config of ordinary size may take, on a busy machine."""
_LARGEST = 40_000
_BREAKS = "\n\r\x85\u2028\u2029"
"""What ends a line in YAML 1.1."""

KINDS = (0, 0, 1, 2, 3, 4, 4, 4, 4, 5, 6, 6, 6, 7, 8, 9, 9, 9, 9)
"""The ways to damage a config, those more often after which much of it is still understood."""

HOSTILE = (
    *(
        "<<",
        "<< parameters.x >>",
        "<< pipeline.git.branch >>",
        "<<#pipeline.id>>",
        "\\<<",
        "<<: *x",
        "&x",
        "*x",
        "!!int x",
    ),
    *(
        "{{ x }}",
        "[",
        "{",
        "- ",
        "? ",
        "|",
        ">-",
        "'",
        '"',
        '"\\0"',
        '"\\e[31m"',
        "~",
        "",
        "null",
        "yes",
        "1:30",
        "1e3",
    ),
    *(
        "0x10",
        "3.10",
        "9" * 400,
        "2026-01-01",
        "[[checkout]]",
        "{a: {b: c}}",
        "x" * 3000,
        "/(a+)+$/",
        "/(?=a)/",
        "*",
        "\t",
    ),
    *(
        "name: x",
        "steps: []",
        "run:",
        "when: {condition: true, steps: [checkout]}",
        "matrix: {parameters: {a: [1, 2]}}",
    ),
    *("requires: [x]", "type: approval", "executor: x", "orbs: {a: a/b@1}", "é\u202e", "#", "...", "---", "%YAML 1.1"),
)


@cache
def corpus() -> tuple[str, ...]:
    """Real configs, and those of the fixtures, which are always there; none is very long."""
    found = sorted((*ROOT.glob("examples/**/config.yml"), *ROOT.glob("tests/fixtures/**/*.yml")))
    found += sorted((*SHARED.glob("corpus/files/*.yml"), *SHARED.glob("samples/[dr]*/*.yml")))
    texts = (path.read_text("utf-8", "replace") for path in found)
    return tuple(text for text in texts if len(text) < _LARGEST and "\njobs:" in text)


def mutant(seed: int, number: int) -> str:
    """A real config, damaged in one to eight ways."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - repeatable, not secret
    lines = chance.choice(corpus()).split("\n")
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        lines = _damaged(lines, chance) or [""]
    return "\n".join(lines)


def _damaged(lines: list[str], chance: random.Random) -> list[str]:
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    first, last = sorted((at, min(at + chance.randrange(12), len(lines))))
    line = lines[at]
    match chance.choice(KINDS):
        case 0:
            return lines[:first] + lines[last + 1 :]
        case 1:
            return lines[:last] + lines[first:]
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
            return lines
        case 3:
            by = chance.choice((-4, -2, -1, 1, 2, 4, 8))
            shifted = [" " * by + each if by > 0 else each[-by:] for each in lines[first:last]]
            return lines[:first] + shifted + lines[last:]
        case 4:
            key, colon, _ = line.partition(": ")
            return [*lines[:at], f"{key}{colon or ' '}{_value(lines, chance)}", *lines[at + 1 :]]
        case 5:
            indent = " " * (len(line) - len(line.lstrip()))
            return [*lines[:at], f"{indent}{chance.choice(('', '- '))}{chance.choice(HOSTILE)}", *lines[at:]]
        case 6:
            return _spliced(lines, chance.choice(corpus()).split("\n"), chance)
        case 7:
            place = chance.randrange(len(line) + 1)
            return [*lines[:at], line[:place] + chance.choice(HOSTILE) + line[place:], *lines[at + 1 :]]
        case 8:
            return "\n".join(lines)[: chance.randrange(1, sum(map(len, lines)) + 2)].split("\n")
    words = sorted({word for each in lines for word in each.replace(":", " ").split()})
    one, another = (chance.choice(words), chance.choice(words)) if words else ("a", "b")
    return [each.replace(one, another) for each in lines]


def _value(lines: list[str], chance: random.Random) -> str:
    """A value of another line, or a hostile one, with quotes or without."""
    there = [value for each in lines if (value := each.partition(": ")[2])]
    hostile = chance.choice(HOSTILE)
    return chance.choice((hostile, json.dumps(hostile), chance.choice(there or [hostile])))


def _spliced(lines: list[str], others: list[str], chance: random.Random) -> list[str]:
    """The sections of two configs, one of each name, from either."""
    sections = [_sections(each) for each in (lines, others)]
    found: list[str] = []
    for name in {**sections[0], **sections[1]}:
        having = [each[name] for each in sections if name in each]
        found += chance.choice(having)
    return found


def _sections(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        name = line.partition(":")[0] if line[:1].isalpha() else name
        found.setdefault(name, []).append(line)
    return found


NAMES = st.sampled_from(["build", "test", "a", "b-1", "x/y", "on", "<< matrix.v >>", "é", "", "1", "c d"])
TEXTS = NAMES | st.sampled_from(HOSTILE) | st.text(max_size=8)
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.none(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3),
    max_leaves=6,
)


def _keys(**known: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """A mapping with some of these keys, where now and then a value is anything at all."""
    odd = {
        key: value | VALUES if key in {"name", "when", "filters", "requires"} else value for key, value in known.items()
    }
    return st.fixed_dictionaries({}, optional=odd)


RUNS = TEXTS | _keys(name=TEXTS, command=TEXTS, when=st.sampled_from(["always", "on_fail"]), environment=VALUES)
STEPS: st.SearchStrategy[object] = st.recursive(
    st.sampled_from(["checkout", "a", "setup_remote_docker"]) | st.fixed_dictionaries({"run": RUNS}) | VALUES,
    lambda below: (
        st.fixed_dictionaries(
            {"when": st.fixed_dictionaries({"condition": VALUES, "steps": st.lists(below, max_size=3)})}
        )
        | st.fixed_dictionaries({"a": st.fixed_dictionaries({"s": st.lists(below, max_size=3)})})
        | st.lists(below, max_size=2)
    ),
    max_leaves=5,
)
PARAMETERS = st.dictionaries(
    NAMES, _keys(type=st.sampled_from(["string", "steps", "boolean"]), default=VALUES), max_size=2
)
BODIES = st.fixed_dictionaries(
    {"steps": st.lists(STEPS, max_size=4)},
    optional={
        "docker": st.lists(st.fixed_dictionaries({"image": TEXTS}), max_size=2),
        "parameters": PARAMETERS,
        "environment": VALUES,
        "parallelism": VALUES,
        "executor": VALUES,
    },
)
ENTRIES = NAMES | st.dictionaries(
    NAMES,
    _keys(
        name=TEXTS, requires=st.lists(NAMES), filters=VALUES, context=VALUES, matrix=VALUES, type=st.just("approval")
    ),
    min_size=1,
    max_size=1,
)
CONFIGS = st.fixed_dictionaries(
    {
        "version": st.just(2.1),
        "jobs": st.dictionaries(NAMES, BODIES, min_size=1, max_size=3),
        "workflows": st.dictionaries(
            st.sampled_from(["all", "w"]),
            st.fixed_dictionaries({"jobs": st.lists(ENTRIES, min_size=1, max_size=3)}, optional={"when": VALUES}),
            max_size=2,
        ),
    },
    optional={"commands": st.dictionaries(NAMES, BODIES, max_size=2), "parameters": PARAMETERS, "orbs": VALUES},
)
"""Configs from a small grammar; many of their values are not what CircleCI wants."""


def complaints(text: str) -> Iterator[str]:
    """What is wrong with how a config is converted; whatever the config, there should be nothing."""
    began = time.perf_counter()
    outcome = convert(Source("config.yml", text))
    took = time.perf_counter() - began
    if took > SECONDS:
        yield f"it took {took:.1f} s"
    yield from _notes(outcome, sum(map(text.count, _BREAKS)) + 2)
    if outcome.text is not None:
        yield from laws.readers_agree(text, outcome)


def _notes(outcome: Outcome, lines: int) -> Iterator[str]:
    refusals = [note for note in outcome.notes if note.refusal]
    if (outcome.text is None) != bool(refusals):
        yield f"a text was {'not ' * (outcome.text is None)}written, and {len(refusals)} notes refuse the config"
    for note in outcome.notes:
        if note.trail[0].file != "config.yml" or not 0 < note.span.line <= lines or note.span.column < 1:
            yield f"the note is not at a place of the user's file: {note}"
        if not note.detail or not f"{note}".isprintable():
            yield f"the note cannot be printed on a line: {f'{note}'!r}"


def failure(seed: int, number: int) -> str:
    """What is wrong with a mutant, and where its text was put; empty if nothing is."""
    text = mutant(seed, number)
    try:
        found = next(complaints(text), "")
    except Exception as error:  # noqa: BLE001 - that none is raised is what is tested
        found = f"{type(error).__name__}: {error}"
    if not found:
        return ""
    with tempfile.NamedTemporaryFile("wb", suffix=".yml", delete=False) as file:
        file.write(text.encode("utf-8", "surrogatepass"))
    return f"mutant {number} of seed {seed}, in {file.name}: {found}"


def main() -> None:
    """Damage configs until the time is over, or one is not converted as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the number of the first mutant")
    parser.add_argument("--all", action="store_true", help="go on after a failure")
    asked = parser.parse_args()
    until, number, failed = time.monotonic() + asked.minutes * 60, asked.first, 0
    while time.monotonic() < until:
        if found := failure(asked.seed, number):
            print(found, flush=True)  # noqa: T201 - a program says what it found
            failed += 1
            if not asked.all:
                break
        number += 1
    print(f"{number - asked.first} mutants, {failed} failures")  # noqa: T201
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
