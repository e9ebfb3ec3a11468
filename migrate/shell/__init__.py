"""What a command text does to the shell that runs it, read from the syntax tree of bash.

`analyse` is a pure function from a text to its `Effects`. It rather says too much than too little: what it
does not understand is not `contained`. It trusts that a command whose name is only known when it runs
(`$TOOL build`) is a program, not something built into the shell.
"""

from __future__ import annotations

from migrate.shell.analysis import analyse
from migrate.shell.edit import indent, rename_variables, replace_calls, trim, without_program
from migrate.shell.effects import Effects
from migrate.shell.words import quote

__all__ = ["Effects", "analyse", "indent", "quote", "rename_variables", "replace_calls", "trim", "without_program"]
