"""The commands that pack what a job persists, and unpack it where the workspace is attached."""

from collections.abc import Iterable

from migrate.lower.workspaces.layers import ARCHIVES, Layer, Use
from migrate.lower.workspaces.paths import is_glob, word


def pack(layer: Layer) -> str:
    """Pack a layer. The shell expands wildcards in the folder that it stands in, so it goes there first for them."""
    folder = word(layer.part.folder)
    paths = " ".join(word(path) for path in layer.part.paths)
    if not folder and layer.part.paths == (".",):
        # The shell makes the file first: tar minds a folder that changes while it is read.
        return f"tar -czf - --exclude='./{ARCHIVES}' . > {word(layer.archive)}"
    if not folder:
        return f"tar -czf {word(layer.archive)} {paths}"
    if any(is_glob(path) for path in layer.part.paths):
        return f'(cd {folder} && tar -czf "$BITBUCKET_CLONE_DIR/{layer.archive}" {paths})'
    return f"tar -czf {word(layer.archive)} -C {folder} {paths}"


def unpack(layer: Layer, use: Use, *, optional: bool) -> str:
    """Unpack a layer where the workspace is attached; one that is `optional` only if it is there."""
    folder = word(use.folder(layer))
    archive = word(layer.archive)
    text = f"tar -xzf {archive}" + (f" -C {folder}" if folder else "")
    made = f"mkdir -p {folder}\n" if folder else ""
    return made + (f"if [ -f {archive} ]; then {text}; fi" if optional else text)


def joined(texts: Iterable[str]) -> list[str]:
    """The lines of commands, each `mkdir` once."""
    lines = [line for text in texts for line in text.split("\n")]
    return [line for place, line in enumerate(lines) if not (line.startswith("mkdir ") and line in lines[:place])]
