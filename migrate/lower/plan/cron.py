"""A cron of five fields becomes schedules of seven (reference circleci.md, section 3; bitbucket.md, section 6.3).

POSIX has minute, hour, day of the month, month and day of the week; a time must fit all fields, but where both day
fields are restricted a day must fit one of them only. Bitbucket's patterns, after Quartz, have seconds before and a
year behind, want a `?` in one of the day fields, and know no such "or": it becomes two schedules. Days of the week
are written by name, because Quartz counts them from 1 and POSIX from 0. Both are in UTC.
"""

import re
from typing import NamedTuple

_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ELEMENT = re.compile(
    r"(?:\*|(?P<first>[0-9]{1,2}|[A-Za-z]{3})(?:-(?P<last>[0-9]{1,2}|[A-Za-z]{3}))?)(?:/(?P<step>[0-9]{1,2}))?"
)


class Converted(NamedTuple):
    """The patterns that fire when a cron did: two where a day had to fit one of two fields. Or why there are none."""

    patterns: tuple[str, ...] = ()
    complaint: str = ""


class _Kind(NamedTuple):
    name: str
    first: int
    last: int
    words: tuple[str, ...] = ()

    def number(self, text: str) -> int | None:
        """The number that a value stands for, None if the field has no such value."""
        if text.isdecimal():
            return int(text) if self.first <= int(text) <= self.last else None
        return self.words.index(text.upper()) + self.first if text.upper() in self.words else None


_MINUTE, _HOUR = _Kind("minute", 0, 59), _Kind("hour", 0, 23)
_DAY, _MONTH = _Kind("day of the month", 1, 31), _Kind("month", 1, 12, _MONTHS)
_WEEKDAY = _Kind("day of the week", 0, 7, _DAYS)
_KINDS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY)


class _Field(NamedTuple):
    """A field as a pattern writes it, and the values that it admits; whether it began with a star."""

    text: str
    values: frozenset[int]
    starred: bool


def convert(cron: str) -> Converted:
    """The patterns that fire at the times of a cron."""
    texts = cron.split()
    if len(texts) != len(_KINDS):
        return Converted(complaint=f"a cron has five fields, and this one has {len(texts)}")
    fields: list[_Field] = []
    for kind, text in zip(_KINDS, texts, strict=True):
        field = _field(kind, text)
        if field is None:
            return Converted(complaint=f"'{text}' is no {kind.name}")
        fields.append(field)
    minute, hour, day, month, weekday = fields
    days = _days(day, month, weekday)
    if isinstance(days, str):
        return Converted(complaint=days)
    return Converted(tuple(f"0 {minute.text} {hour.text} {one} {month.text} {two} *" for one, two in days))


def _days(day: _Field, month: _Field, weekday: _Field) -> tuple[tuple[str, str], ...] | str:
    """The two day fields of each pattern; or why there is none."""
    every_day, every_weekday = len(day.values) == _DAY.last, len(weekday.values) == len(_DAYS)
    exists = any(number <= _LONGEST_MONTHS[one - 1] for number in day.values for one in month.values)
    if every_weekday and (weekday.starred or every_day):
        return ((day.text if not every_day else "*", "?"),) if exists else "no month that it names has such a day"
    if every_day and day.starred:
        return (("?", weekday.text),)
    if day.starred or weekday.starred:
        return "a star with a step beside another day field asks for days that fit both, and a schedule has one of them"
    if every_day or every_weekday:
        return (("*", "?"),)  # one of the two fits any day
    return ((day.text, "?"), ("?", weekday.text)) if exists else (("?", weekday.text),)


def _field(kind: _Kind, text: str) -> _Field | None:
    elements = [_element(kind, part) for part in text.split(",")]
    found = [element for element in elements if element]
    if len(found) < len(elements):
        return None
    values = frozenset(value for numbers, _ in found for value in numbers)
    joined = "*" if any(shown == "*" for _, shown in found) else ",".join(shown for _, shown in found)
    if kind is _WEEKDAY:
        values = frozenset(value % len(_DAYS) for value in values)
        ranged = len(found) == 1 and found[0][1] == "-"
        joined = ",".join(_DAYS[value] for value in sorted(values))
        joined = f"{_DAYS[min(values)]}-{_DAYS[max(values)]}" if ranged and len(values) > 1 else joined
    return _Field(joined, values, text.startswith("*"))


def _element(kind: _Kind, text: str) -> tuple[range, str] | None:
    """The values of a part of a list, and how a pattern writes it; of a range of days of the week just `-`."""
    found = _ELEMENT.fullmatch(text)
    if not found:
        return None
    one, other, step = found["first"], found["last"], int(found["step"] or 1)
    top = len(_DAYS) - 1 if kind is _WEEKDAY else kind.last
    first = kind.number(one) if one else kind.first
    last = kind.number(other) if other else (first if one else top)
    if first is None or last is None or first > last or not step or (found["step"] and one and not other):
        return None
    numbers = range(first, last + 1, step)
    if kind is _WEEKDAY:
        return numbers, "-" if other and step == 1 and last < len(_DAYS) else ""
    if len(numbers) == 1:
        return numbers, str(first)
    written = "*" if not one else f"{first}-{last}"
    return numbers, f"{written}/{step}" if step > 1 else written


__all__ = ["Converted", "convert"]
