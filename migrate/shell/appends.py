"""What a text writes; above all to `$BASH_ENV`, by which the steps of a CircleCI job hand on variables."""

from __future__ import annotations

from migrate.shell.node import Node
from migrate.shell.words import Word, command_words, literal, unescaped

FILES = frozenset({"$BASH_ENV", "${BASH_ENV}", '"$BASH_ENV"', '"${BASH_ENV}"'})
"""How texts name the file."""
_OUTPUTS = frozenset({">", ">>", "&>", "&>>", ">|"})
_NAME = "BASH_ENV"
_READING = frozenset({".", "source", "cat", "echo", "printf", "test", "[", "grep", "head", "tail", "ls", "wc", "touch"})
"""Programs that do not write to a file that they are told the name of."""
_ESCAPED_IN_HEREDOC = frozenset("\\$`")


def targets(redirects: tuple[Node, ...]) -> tuple[str, ...]:
    """The files that redirections write to, where their names are literal."""
    names = []
    for redirect in redirects:
        target = redirect.child("destination")
        name = literal(target) if target is not None and _OUTPUTS & _operators(redirect) else None
        if name is not None:
            names.append(name)
    return tuple(names)


def redirected(body: Node | None, redirects: tuple[Node, ...]) -> list[str | None]:
    """What redirections send to `$BASH_ENV`; there may be two of them, but only one gets the output."""
    sent: list[str | None] = []
    for redirect in redirects:
        target = redirect.child("destination")
        operators = _operators(redirect)
        if target is not None and _NAME in target.text and _OUTPUTS & operators:
            plain = target.text in FILES and ">>" in operators and redirect.child("descriptor") is None
            sent.append(_output(body, redirects) if plain and body is not None else None)
    return sent


def written_anew(root: Node) -> bool:
    """Whether a redirection throws away what `$BASH_ENV` held."""
    targets = [(node.child("destination"), _operators(node)) for node in root.below() if node.kind == "file_redirect"]
    return any(target is not None and target.text in FILES and {">", ">|"} & signs for target, signs in targets)


def told(command: Node) -> list[str | None]:
    """What a command may write to `$BASH_ENV` because its words name that file."""
    words = command_words(command)
    fed = bool(command.having("herestring_redirect"))
    if not words or words[0].text in _READING or (tee_words(words) and not fed):
        return []
    return [None] if any(_NAME in word.text for word in words[1:]) else []


def read(command: Node, redirects: tuple[Node, ...]) -> list[str | None]:
    """What a command may write to `$BASH_ENV` because the here-document that it reads goes, or names, there."""
    words = command_words(command) if command.kind == "command" else ()
    documents = [redirect for redirect in redirects if redirect.kind == "heredoc_redirect"]
    tee = tee_words(words)
    if any(word.text in FILES for word in tee):
        appended = any(word.text in {"-a", "--append"} for word in tee)
        return [_heredoc(document) if appended else None for document in documents]
    runs = bool(words) and words[0].text not in _READING
    return (
        [None] if runs and any(_NAME in body.text for doc in documents for body in doc.having("heredoc_body")) else []
    )


def through_tee(members: tuple[Node, ...]) -> list[str | None]:
    """What a pipeline sends to `$BASH_ENV` through `tee`."""
    sent: list[str | None] = []
    for number, member in enumerate(members):
        words = tee_words(command_words(_command(member)))
        if any(word.text in FILES for word in words):
            appended = any(word.text in {"-a", "--append"} for word in words)
            sent.append(_printed(members[0]) if appended and number == 1 else None)
    return sent


def tee_words(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The arguments of a `tee`, also behind `sudo`; none for any other command."""
    if words and words[0].text == "sudo":
        start = next((at for at, word in enumerate(words) if at and not word.text.startswith("-")), len(words))
        words = words[start:]
    return words[1:] if words and words[0].text == "tee" else ()


def _operators(redirect: Node) -> set[str]:
    return {child.kind for child in redirect.children}


def _command(statement: Node) -> Node:
    body = statement.child("body") if statement.kind == "redirected_statement" else None
    return statement if body is None else body


def _printed(statement: Node) -> str | None:
    """What a statement prints, if that is plain text: an `echo`, or a `cat` of a here-document."""
    redirects = statement.children[1:] if statement.kind == "redirected_statement" else ()
    only_heredoc = all(redirect.kind == "heredoc_redirect" for redirect in redirects if redirect.named)
    return _output(_command(statement), redirects) if only_heredoc else None


def _output(command: Node, redirects: tuple[Node, ...]) -> str | None:
    words = command_words(command) if command.kind == "command" else ()
    if not words or any(word.literal is None for word in words):
        return None
    heredocs = [redirect for redirect in redirects if redirect.kind == "heredoc_redirect"]
    if words[0].text == "cat" and len(words) == 1 and len(heredocs) == 1:
        return _heredoc(heredocs[0])
    if words[0].text != "echo" or any(word.pattern for word in words):
        return None
    if len(words) > 1 and words[1].text.startswith("-"):  # `-e` reads backslashes, `-n` leaves the line open
        return None
    return " ".join(word.text for word in words[1:])


def _heredoc(redirect: Node) -> str | None:
    label, body = redirect.having("heredoc_start"), redirect.having("heredoc_body")
    if not label or not body:
        return None
    quoted = any(mark in label[0].text for mark in "\"'\\")
    if not quoted and any(part.kind != "string_content" for part in body[0].parts):
        return None
    lines = body[0].text.split("\n")[:-1]  # behind the last line end stands what indents the end word
    if redirect.children[0].kind == "<<-":
        lines = [line.lstrip("\t") for line in lines]
    text = "\n".join(lines)
    return text if quoted else unescaped(text, only=_ESCAPED_IN_HEREDOC)
