"""What becomes of each variable and value of CircleCI's. `python -m tests.variables` writes docs/variables.md."""

from pathlib import Path

from migrate.catalog import Catalog, Variable

TABLE = Path(__file__).parents[1] / "docs" / "variables.md"


def fate(row: Variable) -> tuple[str, str]:
    """What becomes of it, in a word, and what stands in its place."""
    if row.variable:
        return "renamed", f"`${row.variable}`"
    if row.computed:
        return "put together", f"`{row.computed}`"
    if row.value:
        return "known", _KNOWN.get(row.value) or f"`{row.value}`"
    return "noted", ""


def table() -> str:
    """The page: a table of the variables, and one of the pipeline values."""
    rows = Catalog().variables.values()
    lines = [*_HEAD, *_ROWS]
    lines += [_line(row) for row in rows if not row.name.startswith("pipeline.")]
    lines += ["", "## Pipeline values", "", *_ROWS]
    lines += [_line(row) for row in rows if row.name.startswith("pipeline.")]
    return "\n".join((*lines, ""))


def _line(row: Variable) -> str:
    found, place = fate(row)
    name = f"`<< {row.name} >>`" if row.name.startswith("pipeline.") else f"`{row.name}`"
    return f"| {name} | {found} | {place} | {row.nothing or row.differs} |"


_KNOWN = {
    "{job}": "the job's name",
    "{index}": "`0`, or with `parallelism: keep` the machine's number",
    "{total}": "`1`, or with `parallelism: keep` the machines' number",
}
_ROWS = ("| CircleCI | becomes | Bitbucket | what differs, what to do |", "|---|---|---|---|")
_HEAD = (
    "# CircleCI's variables and values",
    "",
    "What stands in a command for what CircleCI would set there. `CI` is `true` on both sides.",
    "",
    "A variable is *renamed* where the shell expands it, in double quotes, here-documents, `${X:-y}`, `$((X))` and",
    "`[[ ]]` alike. It keeps its name, and is exported first,",
    "where it is read by its name (`printenv X`, `docker run -e X`, in single quotes, in another language), where the",
    "command sets it itself, or where `$BASH_ENV` hands on another value of it. What is *put together* or *known* is",
    "exported too. What a program of the repository reads without being told the name cannot be seen: export that by",
    "hand. Where CircleCI leaves a variable unset, such as `CIRCLE_TAG` on a branch, an exported one is empty.",
    "",
    "What a job, a command or `$BASH_ENV` sets under such a name goes before all of this, as it does with CircleCI.",
    "",
    "This file is written by `python -m tests.variables` from `mappings/environment.yml`;",
    "`tests/test_variables.py` says when it is stale.",
    "",
    "## Variables",
    "",
)

if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
