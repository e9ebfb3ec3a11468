"""`circle2bb validate`: broken files, one a rule, are each caught at their place; what is right passes.

A file of `fixtures/validate/` has one mistake; where it is said, a comment `# <- CODE: words` stands.
"""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from migrate.cli import main
from migrate.diagnostics import Note
from migrate.validate import rules, validate
from tests import golden

BROKEN = sorted((golden.FIXTURES / "validate").glob("*.yml"))
HEAD = "pipelines:\n  default:\n"
STEP = "    - step: {script: [make]}\n"
_EXPECTED = re.compile(r"# <- (?P<code>[a-z-]+)(?:: (?P<said>.*))?$")


def said(text: str) -> tuple[Note, ...]:
    """What is said of a pipelines file."""
    return validate(text, "bitbucket-pipelines.yml")


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_what_is_broken_is_caught(path: Path) -> None:
    """With the code of its rule, at its line; and nothing else is said about a file with one mistake."""
    text = path.read_text(encoding="utf-8")
    marked = [(number, _EXPECTED.search(line)) for number, line in enumerate(text.splitlines(), 1)]
    ((line, expected),) = [(number, found) for number, found in marked if found]
    found = said(text)

    assert [(note.code.id, note.span.line) for note in found] == [(expected["code"], line)], list(map(str, found))
    assert (expected["said"] or "") in found[0].detail


def test_more_steps_than_a_pipeline_may_have_are_counted() -> None:
    """Of a hundred nothing is said, of one more it is."""
    assert said(HEAD + STEP * 100) == ()
    assert [note.detail for note in said(HEAD + STEP * 101)] == [
        "pipelines > default has 101 steps; at most 100 are allowed"
    ]


def test_each_rule_is_broken_by_a_file() -> None:
    """No rule stands there untested: the codes of each module are among those that the files bring out."""
    caught = {note.code.id for path in BROKEN for note in said(path.read_text(encoding="utf-8"))}
    for rule in rules.all_of_them():
        module = __import__(rule.__module__, fromlist=["check"])
        codes = {value.id for value in vars(module).values() if hasattr(value, "fate") and hasattr(value, "urls")}
        assert codes <= caught, f"{rule.__module__}: {sorted(codes - caught)}"


def test_the_command_says_where_and_ends_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the current directory is the one that is meant; what is no YAML ends with 3."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "bitbucket-pipelines.yml"

    file.write_text(HEAD + "    - step: {name: build}\n", encoding="utf-8")
    broken = CliRunner().invoke(main, ["validate"])
    assert (broken.exit_code, broken.output.split(":")[:3]) == (1, ["bitbucket-pipelines.yml", "3", "7"])

    file.write_text(HEAD + STEP, encoding="utf-8")
    right = CliRunner().invoke(main, ["validate", str(file)])
    assert (right.exit_code, right.output) == (0, f"{file}: nothing is wrong with it\n")

    file.write_text("pipelines: [\n", encoding="utf-8")
    assert CliRunner().invoke(main, ["validate"]).exit_code == 3
    assert CliRunner().invoke(main, ["validate", "no-such-file.yml"]).exit_code == 3


def test_several_files_are_checked(tmp_path: Path) -> None:
    """One that cannot be read stops none of the others, and ends with 3; else an error in any of them with 1."""
    right, wrong, none = (str(tmp_path / name) for name in ("right.yml", "wrong.yml", "none.yml"))
    Path(right).write_text(HEAD + STEP, encoding="utf-8")
    Path(wrong).write_text(HEAD.replace("default", "defualt") + STEP, encoding="utf-8")

    both = CliRunner().invoke(main, ["validate", wrong, right])
    assert both.exit_code == 1
    assert "wrong.yml:2:3: error" in both.stdout
    assert "right.yml: nothing is wrong with it" in both.stdout
    all_three = CliRunner().invoke(main, ["validate", none, wrong, right])
    assert all_three.exit_code == 3
    assert "none.yml: error: there is no such file" in all_three.stderr
    assert all_three.stdout == both.stdout
