"""Texts with brackets around as little as will do, and without what they append to `$BASH_ENV` at their end."""

import pytest

from migrate.shell.appended import Appended, appended
from migrate.shell.statements import ended, entered


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cd web\nnpm ci", "(cd web && npm ci)"),
        ("cd web; npm ci; npm test", "(cd web && npm ci && npm test)"),
        ("tar xf a\ncd a\nmake", "tar xf a\n(cd a && make)"),
        ("cd web && npm ci", None),
        ("cd web\nnpm ci # all", None),
        ("cd web\nnpm ci || true", None),
        ("cd web\nA=1\nnpm ci", None),
        ("cd web\nnpm \\\n  ci", None),
        ("cd web\nnpm ci > log", None),
        ("make\ncd web", None),
        ("cd web\nmake with more words than fit on a line", None),
        ("make", None),
        ("cd web\nif", None),
    ],
)
def test_entered(text: str, said: str | None) -> None:
    """Simple commands behind a `cd` are one line."""
    assert entered(text, 40) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a && b", "(a && b)"),
        ("x\na && b # all", "x\n(a && b) # all"),
        ("x\na && \\\n  b", "x\n(a && \\\n  b)"),
        ("! a", "(! a)"),
        ("(a) && b", None),
        ("if a; then b && c; fi", None),
        ("a", None),
        ("a && if", None),
    ],
)
def test_ended(text: str, said: str | None) -> None:
    """The last statement alone has brackets."""
    assert ended(text) == said


@pytest.mark.parametrize(
    ("text", "rest", "exports"),
    [
        ("echo 'export A=1' >> $BASH_ENV", "", "export A=1"),
        ("make\necho 'export A=1' >> $BASH_ENV", "make", "export A=1"),
        ("make; echo 'export A=1' >> \"$BASH_ENV\"; source $BASH_ENV", "make", "export A=1"),
        ("# why\necho 'export A=1' >> $BASH_ENV", "", "# why\nexport A=1"),
        ("make\n# why\necho 'export A=1' >> $BASH_ENV\n# and\n. $BASH_ENV", "make\n# why", "export A=1\n# and"),
        ("echo '\n  export A=1\n  export B=$A\n' >> $BASH_ENV", "", "export A=1\nexport B=$A"),
        ("cat >> $BASH_ENV <<'EOF'\nexport A=1\nEOF", "", "export A=1"),
    ],
)
def test_appended(text: str, rest: str, exports: str) -> None:
    """Plain lines at the end are cut off."""
    assert appended(text) == Appended(rest, exports)


@pytest.mark.parametrize(
    "text",
    [
        "echo 'export A=1' >> $BASH_ENV\nmake",
        'echo "export A=$B" >> $BASH_ENV',
        "echo 'export A=$(b)' >> $BASH_ENV",
        "echo 'export A=1' > $BASH_ENV",
        "echo 'export A=1' | tee -a $BASH_ENV",
        "if a; then echo 'export A=1' >> $BASH_ENV; fi",
        "make && echo 'export A=1' >> $BASH_ENV",
        "make",
    ],
)
def test_not_appended(text: str) -> None:
    """What is not plain, or not at the end, stays."""
    assert appended(text) == Appended(text)
