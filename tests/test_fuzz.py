"""Whatever the config, conversion ends in time, with notes that have places and, if there is a text, a valid one.

The suite tries for a few seconds; `CIRCLE2BB_FUZZ_SECONDS=600`, or `python -m tests.fuzz --minutes 10`, tries longer.
"""

import json
import os
import time

from hypothesis import HealthCheck, given, settings

from tests import fuzz

SECONDS = float(os.environ.get("CIRCLE2BB_FUZZ_SECONDS", "10"))


@given(fuzz.CONFIGS)
@settings(max_examples=int(SECONDS * 10), deadline=None, suppress_health_check=list(HealthCheck))
def test_configs_from_a_grammar(config: dict[str, object]) -> None:
    """A config of CircleCI's own words, many of them where they do not belong."""
    assert list(fuzz.complaints(json.dumps(config, ensure_ascii=False))) == []


def test_damaged_configs() -> None:
    """Real configs that were damaged; every mutant has a number, and the time says how many there are."""
    until = time.monotonic() + SECONDS
    number = 0
    while time.monotonic() < until:
        assert fuzz.failure(0, number) == ""
        number += 1
    assert number > SECONDS


def test_a_mutant_depends_on_its_number_only() -> None:
    """So a failure can be repeated."""
    assert [fuzz.mutant(3, 7), fuzz.mutant(3, 8)] == [fuzz.mutant(3, 7), fuzz.mutant(3, 8)]
    assert fuzz.mutant(3, 7) != fuzz.mutant(4, 7)
