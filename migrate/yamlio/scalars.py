"""What a scalar is in YAML 1.1, by the rules of SnakeYAML, with which CircleCI reads configs.

Reference circleci.md, section 0 (point 3). The rules are those of SnakeYAML's Resolver since 1.26; PyYAML has nearly
the same, but takes `1e3` for a string, which is a float here.
"""

import re

KINDS = frozenset({"bool", "float", "int", "null", "str", "timestamp"})
"""The types that a value of a config can have."""

_STARTS = frozenset("yYnNtTfFoO~+-.0123456789")
_FORMS = re.compile(
    r"""
    (?P<bool>  yes|Yes|YES | no|No|NO | true|True|TRUE | false|False|FALSE | on|On|ON | off|Off|OFF )
  | (?P<int>   [-+]? (?: 0b_*[01][01_]* | 0x_*[0-9a-fA-F][0-9a-fA-F_]* | 0_*[0-7][0-7_]* | 0 | [1-9][0-9_]*
                       | [1-9][0-9_]*(?::[0-5]?[0-9])+ ))
  | (?P<float> [-+]? (?: [0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)? | [0-9][0-9_]*[eE][-+]?[0-9]+
                       | \._*[0-9][0-9_]*(?:[eE][-+]?[0-9]+)? | [0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
                       | \.inf|\.Inf|\.INF ) | \.nan|\.NaN|\.NAN )
  | (?P<null>  ~ | null|Null|NULL )
  | (?P<timestamp> [0-9]{4}-[0-9]{2}-[0-9]{2}
                 | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} (?:[Tt]|[ \t]+) [0-9]{1,2}:[0-9]{2}:[0-9]{2} (?:\.[0-9]*)?
                   (?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))? )
    """,
    re.VERBOSE,
)
_LONGEST_NUMBER = 1000
"""Digits up to which numbers are compared as numbers: to read one takes time in the square of its length."""


def kind_of(text: str) -> str:
    """The type of a scalar that is written without quotes and without a tag."""
    if not text:
        return "null"
    if text[0] not in _STARTS:
        return "str"
    found = _FORMS.fullmatch(text)
    return str(found.lastgroup) if found else "str"


def wanted(kind: str, text: str) -> bool:
    """Whether a text can have the type that an explicit tag, such as `!!int`, gives it."""
    found = kind_of(text)
    return kind in {"str", "null", found} or (kind, found) == ("float", "int")


def identity(text: str, kind: str) -> object:
    """What equal keys of one kind have in common: `yes` and `true` are one key, and so are `16` and `0x10`."""
    match kind:
        case "bool":
            return text.lower() in {"true", "yes", "on"}
        case "null":
            return None
        case "int" if (value := integer(text)) is not None:
            return value
        case "float":
            return _float(text)
    return text


def integer(text: str) -> int | None:
    """The value of a scalar of the kind `int`, with its base; None if it is too long to be a number to anyone."""
    digits = text.replace("_", "").lstrip("+-").lower()
    if len(digits) > _LONGEST_NUMBER:
        return None
    sign = -1 if text.startswith("-") else 1
    if ":" in digits:
        value = 0
        for part in digits.split(":"):
            value = value * 60 + int(part)
        return sign * value
    for prefix, base in (("0b", 2), ("0x", 16), ("0", 8)):
        if digits.startswith(prefix) and len(digits) > len(prefix):
            return sign * int(digits[len(prefix) :], base)
    return sign * int(digits)


def _float(text: str) -> float | str:
    try:
        return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:  # sixty-based
        return text
