"""`--diff` and `--check`: what is there is compared with what would be written, and nothing is written.

A file is compared by its lines: git may have checked it out with the line ends of Windows.
"""

from pathlib import Path


def is_current(path: Path, text: str) -> bool:
    """Whether the file at `path` is there and says the same as the new text."""
    return path.is_file() and _there(path) == text


def unified(path: Path, text: str) -> str:
    """The unified diff from the existing file, or from nothing, to the new text."""
    from difflib import unified_diff

    there = path.is_file()
    lines = unified_diff(
        (_there(path) if there else "").splitlines(keepends=True),
        text.splitlines(keepends=True),
        path.as_posix() if there else "/dev/null",
        path.as_posix(),
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _there(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


__all__ = ["is_current", "unified"]
