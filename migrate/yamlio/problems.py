"""What the YAML reader complains about, in words that say what to do."""

from typing import Any

_HINTS = {
    "mapping values are not allowed": "a value with ': ' in it wants quotes around it, or the line is indented wrongly",
    "could not find expected ':'": "a key wants a colon and a space behind it, and its lines the right indentation",
    "did not find expected key": "check the indentation of this line, and the quotes of the lines above",
    "did not find expected '-' indicator": "check the indentation of this line",
    "did not find expected ',' or": "a bracket is not closed, or a value wants quotes around it",
    "did not find expected node content": "a bracket is not closed",
    "unexpected end of stream": "a quote is not closed",
    "did not find expected <document start>": "two values stand beside each other; a config is one mapping",
    "maximum nesting depth": "lists and mappings are nested too deeply; take them apart",
    "unknown escape character": "double a backslash in double quotes, or use single quotes",
    "undefined tag handle": "put quotes around a value that begins with '!'",
    "expected comment or line break": "the text of a block begins on the line after '|' or '>'",
    "incompatible YAML document": "CircleCI reads YAML 1.1",
}


def problem(error: Any, text: str) -> tuple[str, int, int]:  # noqa: ANN401 - PyYAML's errors are told apart by shape
    """The complaint, with its line and column from 1, for one of PyYAML's errors about `text`."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = " ".join(str(getattr(error, "problem", None) or error).split())
    here = text[mark.index : mark.index + 2] if mark else ""
    if here.startswith("\t") or "tab character" in said:
        return "a tab stands in the indentation; YAML wants spaces", line, column
    if "cannot start any token" in said and here:
        said = f"no value begins with '{here[0]}'; put quotes around it"
    began = getattr(error, "context_mark", None)
    if began and text.startswith("{{", began.index - 1):
        return f"{said}: put quotes around a value that begins with '{{{{'", line, column
    hint = next((advice for words, advice in _HINTS.items() if words in said), "")
    if began and mark and began.line != mark.line:
        said = f"{said} ({error.context}, from line {began.line + 1})"
    return f"{said}: {hint}" if hint else said, line, column
