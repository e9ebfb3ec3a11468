"""Crons of five fields and the patterns of seven that they become fire at the same times."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cronsim import CronSim
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from migrate.lower.plan.cron import convert

CRONS = Path(__file__).parents[3] / "shared" / "corpus" / "crons.txt"
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
NEW_YEAR = datetime(2027, 12, 20, tzinfo=UTC)
"""Where the comparison begins: the year after has a 29 February."""


@pytest.mark.parametrize(
    ("cron", "patterns"),
    [
        ("0 0 * * *", ["0 0 0 * * ? *"]),
        ("* * * * *", ["0 * * * * ? *"]),
        ("0 3 * * 1", ["0 0 3 ? * MON *"]),
        ("0 3 * * 7", ["0 0 3 ? * SUN *"]),
        ("0 12 * * 1,2,3,4,5", ["0 0 12 ? * MON,TUE,WED,THU,FRI *"]),
        ("0 12 * * mon-fri", ["0 0 12 ? * MON-FRI *"]),
        ("0 12 * * 5-7", ["0 0 12 ? * SUN,FRI,SAT *"]),
        ("0 12 * * 0-6", ["0 0 12 * * ? *"]),
        ("0 0 1 * *", ["0 0 0 1 * ? *"]),
        ("*/15 8-18/2 * jan,JUL *", ["0 */15 8-18/2 * 1,7 ? *"]),
        ("0 0 1,15 * 1", ["0 0 0 1,15 * ? *", "0 0 0 ? * MON *"]),
        ("0 0 1-31 * 1", ["0 0 0 * * ? *"]),
        ("0 0 30 2 1", ["0 0 0 ? 2 MON *"]),
        ("0 0 29 2 *", ["0 0 0 29 2 ? *"]),
        ("*/90 0 * * *", ["0 0 0 * * ? *"]),
    ],
)
def test_what_a_cron_becomes(cron: str, patterns: list[str]) -> None:
    """Zero seconds before, any year behind, `?` in one day field, days by name, an "or" as two."""
    assert list(convert(cron).patterns) == patterns


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("0 0 30 2 *", "no month that it names has such a day"),
        ("0 0 31 4,6 *", "no month that it names has such a day"),
        ("0 0 * *", "has 4"),
        ("60 0 * * *", "'60' is no minute"),
        ("0 24 * * *", "'24' is no hour"),
        ("0 0 0 * *", "'0' is no day of the month"),
        ("0 0 * 13 *", "'13' is no month"),
        ("0 0 * * 8", "'8' is no day of the week"),
        ("0 0 * * fun", "'fun' is no day of the week"),
        ("0 9-5 * * *", "'9-5' is no hour"),
        ("5/10 0 * * *", "'5/10' is no minute"),
        ("*/0 0 * * *", "'*/0' is no minute"),
        ("1,,2 0 * * *", "'1,,2' is no minute"),
        ("0 0 */2 * 1", "days that fit both"),
        ("", "has 0"),
    ],
)
def test_what_no_schedule_says(cron: str, said: str) -> None:
    """A cron that never fires, or that is none, has no pattern, and the complaint says why."""
    found = convert(cron)

    assert found.patterns == ()
    assert said in found.complaint


def times(pattern: str, days: int) -> Iterator[datetime]:
    """The times of a pattern, the first of each hour: as Quartz documents its fields, written down once more."""
    second, minute, hour, day, month, weekday, year = pattern.split()
    assert (second, year) == ("0", "*")
    assert (day == "?") + (weekday == "?") == 1
    minutes, hours = spelled(minute, 0, 59), spelled(hour, 0, 23)
    for offset in range(days):
        date = NEW_YEAR + timedelta(days=offset)
        fits = date.month in spelled(month, 1, 12)
        if day != "?":
            fits = fits and date.day in spelled(day, 1, 31)
        else:
            fits = fits and DAYS[date.isoweekday() % 7] in named(weekday)
        yield from (date.replace(hour=h, minute=m) for h in sorted(hours) for m in sorted(minutes) if fits)


def spelled(field: str, first: int, last: int) -> set[int]:
    """The numbers of a Quartz field."""
    found: set[int] = set()
    for part in field.split(","):
        limits, _, step = part.partition("/")
        low, _, high = (f"{first}-{last}" if limits == "*" else limits).partition("-")
        found |= set(range(int(low), int(high or low) + 1, int(step or 1)))
    return found


def named(field: str) -> set[str]:
    """The days of a Quartz field, which goes from one name to another or lists them."""
    first, dash, last = field.partition("-")
    return set(DAYS[DAYS.index(first) : DAYS.index(last) + 1]) if dash else set(field.split(","))


@st.composite
def fields(draw: st.DrawFn, first: int, last: int, words: tuple[str, ...] = ()) -> str:
    """A field of POSIX: a star, or a list of numbers, names, ranges, and of both with steps."""

    def element() -> str:
        low = draw(st.integers(first, last))
        kind = draw(st.sampled_from(["one", "one", "range", "step", "word"]))
        if kind == "word" and words:
            return draw(st.sampled_from(words))
        if kind == "range" and low < last:
            step = draw(st.sampled_from(["", "", f"/{draw(st.integers(1, 9))}"]))
            return f"{low}-{draw(st.integers(low + 1, last))}{step}"
        return str(low)

    if draw(st.booleans()):
        return draw(st.sampled_from(["*", "*", "*", "*/2", "*/5"]))
    return ",".join(element() for _ in range(draw(st.integers(1, 3))))


@given(
    st.tuples(
        st.sampled_from(["0", "30", "5,7-9", "*/20"]),
        fields(0, 23),
        fields(1, 31),
        fields(1, 12, ("jan", "FEB", "Dec")),
        fields(0, 7, DAYS),
    ).map(" ".join)
)
@settings(max_examples=80, deadline=None)
def test_the_same_times(cron: str) -> None:
    """Over a year and some days the patterns fire just when an independent reader of crons says."""
    found = convert(cron)
    assume(found.patterns)
    days, end = 380, NEW_YEAR + timedelta(days=380)
    wanted: set[datetime] = set()
    for time in CronSim(cron, NEW_YEAR - timedelta(minutes=1)):
        if time >= end:
            break
        wanted.add(time)

    assert {time for pattern in found.patterns for time in times(pattern, days)} == wanted


def test_real_ones() -> None:
    """The crons of real configs convert, but for one that names 30 February."""
    if not CRONS.exists():
        pytest.skip("the collection does not lie beside the checkout")
    crons = [line.split(maxsplit=1)[1] for line in CRONS.read_text("utf-8").splitlines()]

    assert [cron for cron in crons if not convert(cron).patterns] == ["0 0 30 2 *"]
    assert len(crons) > 20
