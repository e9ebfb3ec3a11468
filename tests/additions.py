"""What can be added, and how. `python -m tests.additions` writes docs/additions.md.

The parameters are those of `mappings/additions`, the examples are behaviours of the spec files, converted anew.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from migrate import Outcome
from migrate.catalog import Catalog
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence
from tests import golden

PAGE = Path(__file__).parents[1] / "docs" / "additions.md"
CATALOG = Catalog()


def job(name: str) -> Node:
    """The job that an addition is, in its mapping."""
    found = peek(peek(CATALOG.tree(f"additions/{name}.yml"), "jobs"), name)
    assert found is not None, f"mappings/additions/{name}.yml has no job '{name}'"
    return found


def parameters(name: str) -> Iterator[tuple[str, str, str | None, str]]:
    """The parameters of an addition: name, type, default (None if it must be given) and description."""
    table = peek(job(name), "parameters")
    for key, value in table.entries if isinstance(table, Mapping) else ():
        values = peek(value, "enum")
        kind = ", ".join(f"`{text(one)}`" for one in values.items) if isinstance(values, Sequence) else ""
        default = peek(value, "default")
        given = None if default is None else text(default)
        yield key.text, kind or text(peek(value, "type")), given, text(peek(value, "description"))


def text(node: Node | None) -> str:
    """The text of a scalar; "" if there is none."""
    return node.text if isinstance(node, Scalar) else ""


def specification(name: str) -> Path:
    """The spec file of an addition."""
    return golden.SPECS / "additions" / f"{name}.md"


def example(name: str) -> golden.Behaviour:
    """The first behaviour of the spec file that asks for the addition, and gets it."""
    path = specification(name)
    found = golden.parse(path, path.read_text(encoding="utf-8"))
    return next(one for one in found if one.config.choices and one.config.convert().text is not None)


def page() -> str:
    """The page."""
    lines = [*_HEAD]
    for name in CATALOG.names("additions"):
        lines += ["", *_addition(name)]
    return "\n".join((*lines, ""))


def _addition(name: str) -> Iterator[str]:
    shown = example(name)
    outcome = shown.config.convert()
    spec = specification(name).read_text(encoding="utf-8")
    yield from (f"## {name}", "", *_prose(spec), "")
    yield from ("| parameter | type | default | what it is |", "|---|---|---|---|")
    for key, kind, default, description in parameters(name):
        value = "must be given" if default is None else f"`{default}`" if default else "none"
        yield f"| `{key}` | {kind} | {value} | {description} |"
    choices = shown.config.choices.splitlines()
    yield from ("", f"For example, {shown.title}: `circle2bb.yml` has", "", "```yaml", *choices, "```", "")
    yield from ("and the pipelines get", "", "```yaml", *_written(outcome), "```", "")
    needed = ", ".join(f"`{one.name}`{' (secured)' if one.secret else ''}" for one in outcome.variables)
    yield f"Variables to create: {needed or 'none'}."
    yield from ("", *_links(spec))


def _prose(spec: str) -> list[str]:
    """What the spec file says before its links."""
    return spec.partition("\n- CircleCI: ")[0].splitlines()[2:]


def _links(spec: str) -> list[str]:
    return re.findall(r"^- (?:CircleCI|Bitbucket): \S+$", spec, re.MULTILINE)


def _written(outcome: Outcome) -> list[str]:
    """The step that was added; all that is defined if the addition is part of other steps."""
    written = golden.pipelines(outcome).partition("\npipelines:")[0]
    blocks = [block for block in written.split("\n\n") if _ADDED in block]
    steps = [_ADDED + block.partition(_ADDED)[2].replace("\n    ", "\n") for block in blocks]
    return ("\n\n".join(steps) or written.strip()).splitlines()


_ADDED = "# added: "
_HEAD = (
    "# Additions",
    "",
    "What CircleCI did not run, and Bitbucket shall. An addition is named under `add:` in `circle2bb.yml`, or with",
    "`--add` if it needs no parameters. It takes `requires`, `filters` and `name` as a workflow's entries do.",
    "",
    "What publishes or deploys has a gate: without `filters` it runs on the branches that the config's own filters",
    "name, or is started by hand, and without `requires` it runs behind all jobs that run on other branches, too. An",
    "addition that is part of other jobs is part of those that `requires` names, or of all.",
    "",
    "The pipes and their versions are rows of [`mappings/pipes.yml`](../mappings/pipes.yml); a folder of your own",
    "(`--mappings DIR`) may have others, and more additions.",
    "",
    "This file is written by `python -m tests.additions` from `mappings/additions` and the spec files;",
    "`tests/test_additions.py` says when it is stale.",
)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
