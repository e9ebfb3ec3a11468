"""What a process finds in a variable of `environment:`, by the type that YAML gives its value.

A value is a literal; nothing in it is expanded. Texts and dates arrive as they are written, booleans as 1 and 0.
Numbers are numbers: 3.10 arrives as 3.1, 017 as 15, 1:30 as 90, and one of more than six digits with an exponent
(reference circleci.md, sections 0 and 9). Go prints them so, which CircleCI's agent is written in.
"""

import math

from migrate.yamlio.nodes import Scalar
from migrate.yamlio.scalars import integer

_LEAST, _MOST = -4, 6
"""The exponents between which Go's `%g` writes a number without one, the upper one excluded."""
_LONGEST = 400
"""Letters up to which a text is taken for a number: the largest that Go knows has 309 digits."""


def passed(value: Scalar) -> str:
    """The text that the process finds."""
    match value.kind:
        case "bool":
            return "1" if value.truth else "0"
        case "null":
            return ""
        case "int" | "float" if not (value.symbols or value.defaults) and len(value.text) <= _LONGEST:
            number = _number(value)
            return value.text if number is None else _printed(number)
    return value.text


def _number(value: Scalar) -> float | None:
    """The number that is meant, if it is one that can be printed."""
    try:
        if value.kind == "int":
            whole = integer(value.text)
            return None if whole is None else float(whole)
        number = _sixty(value.text.replace("_", ""))
    except (OverflowError, ValueError):  # too large, or `.inf`
        return None
    return number if math.isfinite(number) else None


def _sixty(text: str) -> float:
    """A number, perhaps one to the base of sixty, such as `1:30.5`."""
    sign = -1.0 if text.startswith("-") else 1.0
    found = 0.0
    for part in text.lstrip("+-").split(":"):
        found = found * 60 + float(part)
    return sign * found


def _printed(number: float) -> str:
    """The number with as few digits as tell it from all others."""
    from decimal import Decimal  # few configs pass a number

    sign, digits, _ = Decimal(repr(number)).normalize().as_tuple()
    exponent = Decimal(repr(number)).adjusted() if number else 0
    if _LEAST <= exponent < _MOST:
        return f"{Decimal(repr(number)).normalize():f}" if number else "-0" if sign else "0"
    text = "".join(map(str, digits))
    fraction = f".{text[1:]}" if text[1:] else ""
    return f"{'-' if sign else ''}{text[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
