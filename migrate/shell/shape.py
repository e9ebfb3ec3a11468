"""Where the grammar's tree and bash disagree about what belongs to what: the tree is rebuilt as bash has it.

After this, `&` is a node `background` around its statement, a here-document does not swallow the rest of its
line (`cat <<EOF | grep x && foo`), a redirection stands at the command that it redirects, the words after it
(`echo a > file b`) are the command's, and `!` is around its whole pipeline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from migrate.shell.node import Node

_KEYWORDS = frozenset(
    {"{", "}", "!", "[[", "if", "then", "elif", "else", "fi", "for", "select", "while", "until", "do", "done"}
    | {"case", "esac", "function", "coproc"}
)

_ONE_LINE = frozenset(
    {"command", "declaration_command", "unset_command", "variable_assignments"}
    | {"redirected_statement", "file_redirect", "herestring_redirect"}
)
"""Nodes between whose children there is no line end, unless a backslash stands before it."""


def shaped(node: Node) -> Node:
    """The node, whose children have their shape already, as bash understands it."""
    if any(child.kind == "&" for child in node.children) and node.kind != "binary_expression":
        node = replace(node, children=_with_background(node.children))
    rebuild = _SHAPES.get(node.kind)
    return rebuild(node) if rebuild else node


def misread(node: Node) -> bool:
    """Whether a command is none: its name is a keyword, as in `! { a; }` and `time { a; }`, or it has two lines."""
    if node.kind not in _ONE_LINE:
        return False
    gaps = (node.source[one.end : other.start] for one, other in pairwise(node.children))
    if any(b"\n" in gap.replace(b"\\\n", b"") for gap in gaps if gap):
        return True
    words = node.without("variable_assignment", "file_redirect") if node.kind == "command" else ()
    timed = len(words) > 1 and words[0].text == "time"
    named = bool(words) and words[0].text in _KEYWORDS
    return named or (timed and (words[1].kind == "subshell" or words[1].text in _KEYWORDS))


def _with_background(children: tuple[Node, ...]) -> tuple[Node, ...]:
    out: list[Node] = []
    for child in children:
        if child.kind == "&" and out and out[-1].named:
            out[-1] = _around("background", (replace(out[-1], field=""),), like=out[-1])
        else:
            out.append(child)
    return tuple(out)


def _around(kind: str, children: tuple[Node, ...], *, like: Node) -> Node:
    return replace(like, kind=kind, children=children, start=children[0].start, end=children[-1].end, named=True)


def _list(node: Node) -> Node:
    """A list in a list has no brackets around it, so its items are items of the outer one."""
    items = [item for child in node.children for item in (child.children if child.kind == "list" else (child,))]
    return replace(node, children=tuple(items))


def _pipeline(node: Node) -> Node:
    """A pipeline of commands: `&&` and `||` stand around it, and so does a `!` at its start."""
    items = [item for child in node.children for item in (child.children if child.kind == "pipeline" else (child,))]
    last = items[-1]
    if last.kind == "list":
        inner = _pipeline(_around("pipeline", (*items[:-1], last.children[0]), like=node))
        return _list(_around("list", (inner, *last.children[1:]), like=node))
    if items[0].kind == "negated_command":
        inner = _around("pipeline", (*items[0].parts, *items[1:]), like=node)
        return replace(node, kind="negated_command", children=(items[0].children[0], inner))
    return replace(node, children=tuple(items))


def _redirected(node: Node) -> Node:
    """A redirection of a list or a pipeline is one of its last command."""
    body = node.child("body")
    if body is None:
        return node
    if body.kind in {"list", "pipeline", "negated_command"}:
        inner = _around("redirected_statement", (body.children[-1], *node.children[1:]), like=node)
        inner = replace(inner, children=(replace(inner.children[0], field="body"), *inner.children[1:]))
        outer = _around(body.kind, (*body.children[:-1], _redirected(inner)), like=node)
        return shaped(outer)
    redirects: list[Node] = []
    words: list[Node] = []
    rest: list[Node] = []
    for redirect in node.children[1:]:
        _take_apart(redirect, redirects, words, rest)
    if words and body.kind == "command":
        arguments = (replace(word, field="argument") for word in words)
        body = replace(body, children=(*body.children, *arguments))
    own = replace(node, children=(body, *redirects))
    return _followed(own, rest) if rest else own


def _followed(own: Node, rest: list[Node]) -> Node:
    """A statement and what stands behind its `<<EOF`: `| grep x`, `&& foo`, or both."""
    head = rest[0]
    if head.kind == "list":
        own = _followed(own, [head.children[0]])
        return _list(_around("list", (own, *head.children[1:]), like=own))
    if head.kind == "pipeline":
        return _pipeline(_around("pipeline", (own, *head.children), like=own))
    return _list(_around("list", (own, *rest), like=own))


def _take_apart(redirect: Node, redirects: list[Node], words: list[Node], rest: list[Node]) -> None:
    """One redirection as the grammar has it: the redirections, words and further commands that are in it."""
    own: list[Node] = []
    for child in redirect.children:
        if redirect.kind != "heredoc_redirect":
            extra = child.field == "destination" and any(known.field == "destination" for known in own)
            (words if extra else own).append(child)
        elif child.field == "redirect":
            _take_apart(child, redirects, words, rest)
        elif child.field == "argument":
            words.append(child)
        elif child.field in {"operator", "right"} or child.kind in {"pipeline", "list"}:
            rest.append(child)
        else:
            own.append(child)
    redirects.append(replace(redirect, children=tuple(own)))


_SHAPES: dict[str, Callable[[Node], Node]] = {
    "list": _list,
    "pipeline": _pipeline,
    "redirected_statement": _redirected,
}
