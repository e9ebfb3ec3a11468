"""What the documents for contributors name is there: files, folders, modules to run, targets of make."""

import re
from pathlib import Path

import pytest

from migrate.lower.plan.additions import STEPS

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
CODE = re.compile(r"`([^`\n]+)`")
PLACEHOLDER = re.compile(r"[<*{\s…]")
FOLDERS = tuple(f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and path.name != "output")
LAYERS = tuple(f"{path.name}/" for path in (ROOT / "migrate").iterdir() if path.is_dir())


def named(document: str) -> list[str]:
    """All that stands in the document as code, in a line of text or in a block."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return CODE.findall(text) + [line.strip() for block in text.split("```")[1::2] for line in block.splitlines()]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_files_are_there(document: str) -> None:
    """Below the root, or below the package; what has a placeholder in it is none."""
    paths = [code for code in named(document) if code.startswith(FOLDERS + LAYERS) and not PLACEHOLDER.search(code)]
    missing = {path for path in paths if not (ROOT / path).exists() and not (ROOT / "migrate" / path).exists()}

    assert len(paths) > 10
    assert missing <= set(STEPS), "names of steps look like paths; the others are none"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_to_be_run_is_there(document: str) -> None:
    """Modules of the tests that write something, and targets of make."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for code in named(document):
        if found := re.match(r"python -m tests\.(\w+)", code):
            assert (ROOT / "tests" / f"{found[1]}.py").is_file(), code
        if found := re.match(r"make (\w+)", code):
            assert re.search(rf"^{found[1]}:", makefile, re.MULTILINE), code
