"""The rules, one a module: each says what the service refuses, or does in another way than it looks, and why.

They are discovered: a module in this folder with a function `check(file)` is a rule.
"""

import importlib
import pkgutil
from collections.abc import Callable
from functools import lru_cache

from migrate.validate.document import File

Rule = Callable[[File], None]


@lru_cache(maxsize=1)
def all_of_them() -> tuple[Rule, ...]:
    """All rules, by the names of their modules."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").check for name in names)


__all__ = ["Rule", "all_of_them"]
