"""Jobs of other people's configs do the same on both sides, or a note tells of the difference."""

import pytest

from tests.running import corpus, fence
from tests.samples import CORPUS

pytestmark = [
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus does not lie beside the checkout"),
    pytest.mark.skipif(not fence.AVAILABLE, reason="the kernel has no Landlock that forbids the network"),
    pytest.mark.xdist_group("runs"),  # one process runs them all, once
]


def test_no_job_differs_unless_a_note_tells_of_it() -> None:
    """What the two sides do differently is told by a note of the job."""
    different = [one for one in corpus.ran() if one.fate == corpus.DIFFERENT]

    assert different == []


def test_most_jobs_are_compared() -> None:
    """A harness that refuses what it is given finds nothing."""
    compared = [one for one in corpus.ran() if one.fate != corpus.NOT_COMPARED]

    assert len(compared) > 0.8 * len(corpus.ran())


def test_the_table_is_fresh() -> None:
    """The committed table is what comes out now."""
    assert corpus.TABLE.read_text(encoding="utf-8") == corpus.table(corpus.ran())
