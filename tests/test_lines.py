"""By how much scripts are longer than the commands were stands in a table, and the table is true."""

from statistics import median

import pytest

from tests import lines
from tests.samples import CORPUS

pytestmark = [
    pytest.mark.skipif(not CORPUS.is_dir(), reason=f"{CORPUS} is not there: other people's configs"),
    pytest.mark.xdist_group("samples"),
]


def test_the_table_is_fresh() -> None:
    """`python -m tests.lines` writes it anew."""
    assert lines.TABLE.read_text(encoding="utf-8") == lines.table()


def test_half_of_the_jobs_are_hardly_longer() -> None:
    """A script that grows is one that nobody reads."""
    assert median(one.more_than_set for one in lines.counted()) <= 15
