"""What each code of a note means. `python -m tests.codes` writes docs/codes.md."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from migrate.cli.explain import NOTHING, load_codes
from migrate.diagnostics import CODES, Code, Fate
from migrate.report.counterparts import pages
from migrate.report.markup import documentation, escape, prose

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "codes.md"
SPECS = ROOT / "tests" / "fixtures" / "spec"
_DECLARED = re.compile(r"\bdeclare\(\s*\"([a-z0-9-]+)\"")
_TOLD = re.compile(r"^\S+ (?:kept|rewritten|approximated|dropped|manual|error) ([a-z0-9-]+): ", re.MULTILINE)


def page() -> str:
    """The page: the codes by their fates, then each with what is known of it."""
    return "\n".join(
        [*_HEAD, *_index(), "", "## The codes", *(line for name in sorted(all_codes()) for line in _code(name))]
    )


def all_codes() -> dict[str, Code]:
    """Every code that something declares, by its id."""
    load_codes()
    return CODES


@cache
def rooms() -> dict[str, str]:
    """The module that declares each code, and so says it, by the code's id."""
    modules = sorted((ROOT / "migrate").rglob("*.py"))
    return {
        name: path.relative_to(ROOT).as_posix()
        for path in modules
        for name in _DECLARED.findall(path.read_text(encoding="utf-8"))
    }


@cache
def shown() -> dict[str, tuple[str, ...]]:
    """The spec files in whose reports each code stands, by the code's id."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(SPECS.rglob("*.md")):
        for name in sorted(set(_TOLD.findall(path.read_text(encoding="utf-8")))):
            found[name].append(path.relative_to(ROOT).as_posix())
    return {name: tuple(paths) for name, paths in found.items()}


def link(path: str) -> str:
    """A link from a page of `docs/` to a file of the repository."""
    return f"[{escape(path.removeprefix('tests/fixtures/spec/').removeprefix('migrate/'))}](../{path})"


def _index() -> list[str]:
    lines = ["| what becomes of it | codes |", "|---|---|"]
    for fate in Fate:
        names = sorted(name for name, code in all_codes().items() if code.fate is fate)
        lines.append(f"| {fate} | {', '.join(f'[{name}](#{name})' for name in names)} |")
    return lines


def _code(name: str) -> list[str]:
    code = all_codes()[name]
    lines = ["", f"### {name}", "", f"**{prose(code.title)}** ({code.fate})", ""]
    lines += [f"- *Cause:* {prose(code.cause)}"] if code.cause else []
    lines += [f"- *Effect:* {prose(code.effect)}", f"- *What to do:* {prose(code.advice) or NOTHING}"]
    return [*lines, *_places(code)]


def _places(code: Code) -> list[str]:
    known, proofs = documentation(pages(code)), ", ".join(map(link, shown().get(code.id, ())))
    said = link(rooms()[code.id])
    return [
        *([f"- *Documentation:* {known}"] if known else []),
        f"- *Said by* {said}" + (f"; shown in {proofs}" if proofs else ""),
    ]


_HEAD = (
    "# The codes of the notes",
    "",
    "Each note ends with a code, such as `[cache-key]`; `circle2bb explain cache-key` prints what stands here.",
    "",
    "*Cause* is why there is something to say, *effect* what became of the source, *what to do* what is left for you.",
    "[Reading the report](report.md) says what the fates mean.",
    "",
    "This file is written by `python -m tests.codes` from the declarations in the code;",
    "`tests/test_codes.py` says when it is stale.",
    "",
)

if __name__ == "__main__":
    PAGE.write_text(f"{page()}\n", encoding="utf-8")
