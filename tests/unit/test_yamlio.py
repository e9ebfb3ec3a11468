"""The two doors to YAML: what is written is read back as it was meant, by readers of both versions."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from migrate.diagnostics import Notes
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence
from migrate.yamlio.read import read
from migrate.yamlio.write import Alias, Anchored, Commented, Flow, Value, write

TRICKY = tuple(
    "yes no on off y n true False null ~ 1:30 0o17 017 0x1f 1e3 1_000 .5 -1 +1 .inf 3.10 2026-01-01 = << - ? : # & * !"  # noqa: SIM905 - a list of 60 quoted signs cannot be read
    " @ ` % | > [ ] { } , ' \" \\ --- ... #a a# a:b :0 &a *a !!str".split()
)
TEXTS = st.one_of(
    st.sampled_from(TRICKY),
    st.text(max_size=12),
    st.text(alphabet=" \t\n\r#:-'\"\\&*[]{},|>%@`!?=<é\u2028\x85", max_size=10),
)


def both(text: str) -> list[Any]:
    """What a reader of YAML 1.1 and one of 1.2 read."""
    return [yaml.safe_load(text), YAML(typ="safe", pure=True).load(text)]


@given(TEXTS.filter(lambda t: all(ch.isprintable() or ch in "\n\t\r" for ch in t)))
@example("")
@example(":0")
@example(" leading")
@example("trailing ")
@example("a\n\n b\n")
@example("\n")
@example("a: b # c")
@example("a\n\ttab\n")
@example("line \nwith trailing space\n\n")
@example("crlf\r\n")
@example("no end of line\nhere")
def test_any_text_comes_back(text: str) -> None:
    """A text is read back as the same string, as a value, an item, in a flow, and below an anchor."""
    tree: dict[str, Value] = {"k": text, "l": [text, text], "f": Flow([text, "x"]), "a": Anchored("a", text)}
    expected = {"k": text, "l": [text, text], "f": [text, "x"], "a": text}

    assert both(write(tree)) == [expected, expected]


@given(TEXTS.filter(lambda t: t and t != "<<" and "\n" not in t and all(ch.isprintable() for ch in t)))
def test_any_key_comes_back(text: str) -> None:
    """A key is read back as the same string."""
    assert both(write({text: "x"})) == [{text: "x"}, {text: "x"}]


TREES = st.recursive(
    TEXTS.filter(lambda t: all(ch.isprintable() or ch in "\n\t" for ch in t)) | st.integers() | st.booleans(),
    lambda below: (
        st.lists(below, min_size=1, max_size=4)
        | st.dictionaries(st.text("abcdefgh-_.*/ ", min_size=1, max_size=6), below, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=4), TREES, min_size=1, max_size=4))
def test_any_tree_comes_back(tree: dict[str, Any]) -> None:
    """A tree of lists, mappings, texts, numbers and booleans is read back equal, by both."""
    assert both(write(tree)) == [tree, tree]


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=4), TREES, min_size=1, max_size=4))
def test_our_own_reader_reads_it_too(tree: dict[str, Any]) -> None:
    """The positioned tree has the same shape and texts."""
    root = read(write(tree), "x.yml", Notes())

    assert root is not None
    assert plain(root) == plain_of(tree)


def plain(node: Node) -> object:
    """A positioned tree as plain values; every scalar as its text."""
    if isinstance(node, Mapping):
        return {entry.key.text: plain(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text


def plain_of(value: object) -> object:
    """A tree as it was given, every scalar as its text."""
    if isinstance(value, dict):
        return {key: plain_of(below) for key, below in value.items()}
    if isinstance(value, list):
        return [plain_of(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_plain_where_plain_will_do() -> None:
    """A person reads this: quotes stand only where a reader needs them."""
    tree: dict[str, Value] = {
        "plain": "make test",
        "version": "3.10",
        "flag": "yes",
        "quote": 'say "x"',
        "colon": "a: b",
    }

    assert write(tree) == ('plain: make test\nversion: "3.10"\nflag: "yes"\nquote: say "x"\ncolon: "a: b"\n')


def test_anchors_aliases_merges_and_comments() -> None:
    """The shape of a pipelines file: comments above dashes and keys, a merge, an anchored text."""
    tree: dict[str, Value] = {
        "definitions": Commented(
            {
                "scripts": [Commented(Anchored("setup", "one\ntwo\n"), ("Sets up",))],
                "steps": [
                    {"step": Anchored("a", {"name": "a", "script": [Alias("setup")]})},
                    Commented({"step": Anchored("b", {"<<": Alias("a"), "name": "b"})}, ("from a",), apart=True),
                ],
            },
            ("what is used below",),
        ),
        "pipelines": Commented({"default": [{"step": Alias("b")}]}, apart=True),
    }

    assert write(tree, ("a header", "")) == (
        "# a header\n"
        "#\n"
        "# what is used below\n"
        "definitions:\n"
        "  scripts:\n"
        "    # Sets up\n"
        "    - &setup |\n"
        "      one\n"
        "      two\n"
        "  steps:\n"
        "    - step: &a\n"
        "        name: a\n"
        "        script:\n"
        "          - *setup\n"
        "\n"
        "    # from a\n"
        "    - step: &b\n"
        "        <<: *a\n"
        "        name: b\n"
        "\n"
        "pipelines:\n"
        "  default:\n"
        "    - step: *b\n"
    )
    merged = both(write(tree))[0]["pipelines"]["default"][0]["step"]
    assert merged == {"name": "b", "script": ["one\ntwo\n"]}


def test_long_lines_are_not_broken() -> None:
    """A command stays on its line, however long."""
    command = "make " + "word " * 200 + "end"

    assert command in write({"script": [command]})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("3.10", "float"),
        ("yes", "bool"),
        ("'yes'", "str"),
        ("1:30", "int"),
        ("017", "int"),
        ("2026-01-01", "timestamp"),
        ("~", "null"),
        ("", "null"),
        ("y", "str"),
        ("1e3", "float"),  # for PyYAML it is a string, for SnakeYAML, which CircleCI has, a number
        ("!!str 5", "str"),
        ("!mine x", "str"),
    ],
)
def test_scalars_keep_text_and_kind(text: str, kind: str) -> None:
    """A scalar has the text that was written, and the type that YAML 1.1 gives it."""
    root = read(f"key: {text}", "config.yml", Notes())

    assert isinstance(root, Mapping)
    value = root.entries[0].value
    assert isinstance(value, Scalar)
    assert (value.text, value.kind) == (text.removeprefix("!!str ").removeprefix("!mine ").strip("'"), kind)


def test_places_count_from_one() -> None:
    """Line and column are as editors show them; places survive aliases and merge keys."""
    root = read("a: &a\n  k: v\nb:\n  <<: *a\n  l: w\n", "config.yml", Notes())

    assert isinstance(root, Mapping)
    merged = root.entries[1].value
    assert isinstance(merged, Mapping)
    assert [(e.key.text, e.key.span.line, e.key.span.column) for e in merged.entries] == [("k", 2, 3), ("l", 5, 3)]


def test_merge_keys() -> None:
    """One's own keys win; of several merged mappings the first wins."""
    root = read("x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {<<: [*x, *y], c: 3}\n", "config.yml", Notes())

    assert isinstance(root, Mapping)
    assert plain(root.entries[2].value) == {"a": "1", "b": "1", "c": "3"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: [", 1, "the file is not YAML"),
        ("a: b\n\tc: d\n", 2, "the file is not YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands twice, first at line 1"),
        ("a: *nowhere\n", 1, "the file is not YAML: there is no anchor '&nowhere'"),
        ("a: &a [*a]\n", 1, "an alias stands inside its own anchor"),
        ("a: {<<: text}\n", 1, "'<<' merges mappings"),
        ("\x00\x01", 1, "the file is not YAML"),
        ("[" * 5000, 1, "nested too deeply"),
    ],
)
def test_what_is_no_yaml_is_refused(text: str, line: int, said: str) -> None:
    """One clear message with the place; never an exception."""
    notes = Notes()
    read(text, "config.yml", notes)

    assert notes.refused
    note = next(iter(notes))
    assert said in note.detail
    assert note.span.line == line or said == "the file is not YAML"


def test_a_byte_order_mark_is_no_text() -> None:
    """Editors on Windows write one."""
    root = read("\ufeffa: b\n", "config.yml", Notes())

    assert isinstance(root, Mapping)
    assert root.keys == ("a",)


def test_an_empty_file_is_null() -> None:
    """It is no error of YAML; the config's reader says what is missing."""
    root = read("", "config.yml", Notes())

    assert isinstance(root, Scalar)
    assert root.kind == "null"
