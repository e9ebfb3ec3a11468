"""The share of other people's workflows whose order is kept stands in a table, and the table is true."""

import pytest

from tests import layouts
from tests.samples import CORPUS

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"{CORPUS} is not there: other people's configs")


def test_the_table_is_fresh() -> None:
    """`python -m tests.layouts` writes it anew."""
    assert layouts.TABLE.read_text(encoding="utf-8") == layouts.table()


def test_nested_keeps_what_flat_keeps() -> None:
    """No workflow is exact flat and not nested, and some are exact only nested."""
    found = layouts.kept()

    assert all("nested" in one.exact for one in found if "flat" in one.exact)
    assert any(one.exact == {"nested"} for one in found)
