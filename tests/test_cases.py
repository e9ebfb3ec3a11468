"""The cases: whole configs, and the files that come of them."""

import pytest

from tests import golden

CASES = list(golden.cases())


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)
def test_case(case: golden.Case, update_goldens: bool) -> None:
    """The files of a case are what the converter writes, byte for byte; one missing or too many fails."""
    if update_goldens:
        golden.rewrite_case(case)
        return

    assert case.expected() == case.actual()


def test_nothing_lies_outside_a_case() -> None:
    """Every file below `cases/` belongs to a folder with a config."""
    inside = {path for case in CASES for path in case.folder.rglob("*")}
    strays = [p for p in golden.CASES.rglob("*") if p.is_file() and p not in inside]

    assert CASES
    assert strays == []
    assert all((case.folder / golden.CONFIG).is_file() for case in CASES)
