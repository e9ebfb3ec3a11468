"""YAML as CircleCI reads it: SnakeYAML's rules, in the smallest files that show them."""

import pytest
from ruamel.yaml import YAML

from migrate.diagnostics import Note, Notes
from migrate.yamlio.build import DEEPEST, MOST_VALUES
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence, walk
from migrate.yamlio.read import LARGEST, read
from migrate.yamlio.scalars import identity, integer, kind_of, wanted


def plain(node: Node | None) -> object:
    """A tree as plain values; a scalar as its text and kind."""
    if isinstance(node, Mapping):
        return {entry.key.text: plain(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return (node.text, node.kind) if node else None


def told(text: str) -> tuple[Node | None, list[Note]]:
    """What a text is, and what is said about it."""
    notes = Notes()
    return read(text, "config.yml", notes), list(notes)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("bool", "yes Yes YES no No NO true True TRUE false False FALSE on On ON off Off OFF"),
        ("null", "~ null Null NULL"),
        ("int", "0 00 -0 +1 12 1_000 017 0_7 0b11 -0b1_0 0x1F 0xdead_beef 1:30 190:20:30 99999999999999999999"),
        ("float", "3.10 1. .5 -.5 1e3 1E+3 1.5e-3 1_0.5 .inf -.Inf +.INF .nan .NaN .NAN 1:30.5"),
        ("timestamp", "2026-01-01 2026-1-1T1:02:03Z 2026-01-01t10:00:00.5+01:00"),
        ("str", "y n Y N yES oN nULL 08 0o17 0x 0b2 1:75 1.2.3 ._ . - + = << 2026-1-1 1__x e3 +.nan 0x1G"),
    ],
)
def test_plain_scalars(kind: str, texts: str) -> None:
    """The types of YAML 1.1 as SnakeYAML tells them; quotes make a string of each."""
    for text in texts.split():
        assert (text, kind_of(text)) == (text, kind)
        assert plain(told(f'- "{text}"\n')[0]) == [(text, "str")]
    assert kind_of("") == "null"


@pytest.mark.parametrize(
    ("text", "value"),
    [("017", 15), ("0x1F", 31), ("-0b11", -3), ("1:30", 90), ("-1:00:01", -3601), ("1_000", 1000), ("+7", 7), ("0", 0)],
)
def test_integers_have_their_value(text: str, value: int) -> None:
    """In every base; one that nobody can mean has none, and costs no time."""
    assert integer(text) == value
    assert integer("9" * 100_000) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("yes", "TRUE", True),
        ("16", "0x10", True),
        ("1:30", "90", True),
        ("3.10", "3.1", True),
        ("~", "null", True),
        ("yes", "no", False),
        ("16", "17", False),
        ("9" * 2000, "8" * 2000, False),
    ],
)
def test_keys_of_the_same_value(one: str, other: str, same: bool) -> None:
    """Two spellings of one value are one key, and CircleCI refuses a key that stands twice."""
    assert (identity(one, kind_of(one)) == identity(other, kind_of(other))) is same
    if len(one) < 1000:
        notes = told(f"{one}: a\n{other}: b\n")[1]
        assert [note.code.id for note in notes] == ["duplicate-key"] * same
        assert not same or f"stands twice, first at line 1 as '{one}'" in notes[0].detail


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("!!str 1", ("1", "str")),
        ('!!int "3"', ("3", "int")),
        ("!!float 3", ("3", "float")),
        ("!!bool 'yes'", ("yes", "bool")),
        ("!!null ''", ("", "null")),
        ("!!str", ("", "str")),
        ("! 5", ("5", "int")),
        ("!!map {a: b}", {"a": ("b", "str")}),
        ("!!seq [a]", [("a", "str")]),
        ("!<tag:yaml.org,2002:str> 1", ("1", "str")),
    ],
)
def test_tags_that_say_a_type(text: str, tree: object) -> None:
    """An explicit tag of YAML's own is taken at its word."""
    root, notes = told(f"k: {text}\n")

    assert (plain(root), notes) == ({"k": tree}, [])


@pytest.mark.parametrize("text", ["!!binary aGk=", "!mine x", "!!int x", "!!set {a, b}", "!!omap [a: b]", "!!bool 1"])
def test_tags_that_no_config_has(text: str) -> None:
    """SnakeYAML makes something else of them, or nothing, and the config is refused."""
    notes = told(f"k: {text}\n")[1]

    assert [(note.code.id, note.refusal, note.span.line, note.span.column) for note in notes] == [
        ("yaml-tag", True, 1, 4)
    ]
    assert not wanted("int", "x")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a: &a {k: v}\nb: {<<: *a}\n", {"a": {"k": ("v", "str")}, "b": {"k": ("v", "str")}}),
        ("b: {<<: {k: v}, k: w}\n", {"b": {"k": ("w", "str")}}),
        ("b: {k: w, <<: {k: v}}\n", {"b": {"k": ("w", "str")}}),
        ("b: {<<: [{k: 1}, {k: 2, l: 3}]}\n", {"b": {"k": ("1", "int"), "l": ("3", "int")}}),
        ("b: {<<: {k: 1}, <<: {k: 2, l: 3}}\n", {"b": {"k": ("1", "int"), "l": ("3", "int")}}),
        ("b: {'<<': {k: v}}\n", {"b": {"<<": {"k": ("v", "str")}}}),
        ("b: <<\n", {"b": ("<<", "str")}),
        ("a: &x 1\nb: &x 2\nc: *x\n", {"a": ("1", "int"), "b": ("2", "int"), "c": ("2", "int")}),
    ],
)
def test_merge_keys_and_anchors(text: str, tree: object) -> None:
    """Own keys win, then what is merged first; in quotes `<<` is a key like others; an anchor may move on."""
    root, notes = told(text)

    assert (plain(root), notes) == (tree, [])


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a: b\r\nc: |\r\n  d\r\n  e\r\n", {"a": ("b", "str"), "c": ("d\ne\n", "str")}),
        ("a: b\rc: d\r", {"a": ("b", "str"), "c": ("d", "str")}),
        ("\ufeffa: b\n", {"a": ("b", "str")}),
        ("%YAML 1.1\n---\na: b\n...\n", {"a": ("b", "str")}),
        ("# only this\n", ("", "null")),
        ("---\n", ("", "null")),
        ("a: b\n---\n", {"a": ("b", "str")}),
        ("- - a\n  - [b]\n", [[("a", "str"), [("b", "str")]]]),
        ('a: "\\u00e9\\0"\n', {"a": ("é\0", "str")}),
    ],
)
def test_documents(text: str, tree: object) -> None:
    """Ends of lines, marks, directives, and files in which nothing stands."""
    root, notes = told(text)

    assert (plain(root), notes) == (tree, [])


def test_only_the_first_document_counts() -> None:
    """The others are told, also if they could not be read."""
    for second in ("b: 2\n", "b: [\n", "text\n"):
        root, notes = told(f"a: 1\n---\n{second}")

        assert plain(root) == {"a": ("1", "int")}
        assert [(note.code.id, note.span.line, note.refusal) for note in notes] == [("more-documents", 2, False)]


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("a: b\n\tc: d\n", 2, 1, "a tab stands in the indentation"),
        ("a:\n\t- b\n", 2, 1, "a tab stands in the indentation"),
        ("a: b: c\n", 1, 5, "a value with ': ' in it wants quotes"),
        ("a: @x\n", 1, 4, "no value begins with '@'; put quotes around it"),
        ("a: 'x\n", 2, 1, "a quote is not closed"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "check the indentation"),
        ("a: {{ x y\n", 1, 5, "put quotes around a value that begins with '{{'"),
        ("key: {{ x }}\n", 1, 7, "where a key should; put quotes around a value that begins with '{{'"),
        ("? [a]\n: b\n", 1, 3, "where a key should"),
        (f"? {'x' * 1100}\n: y\n", 1, 3, "a key has at most 1024 letters"),
        ("a: [*b]\n", 1, 5, "there is no anchor '&b' above this alias"),
        ("a: &a\n  b: *a\n", 2, 6, "an alias stands inside its own anchor '&a'"),
        ("a: 1\nb: \x1b[0m\n", 2, 4, "the character U+001B may not stand in it"),
        ("a: \ud800\n", 1, 4, "the character U+D800 may not stand in it"),
        ("%YAML 2.0\n---\na: b\n", 1, 1, "CircleCI reads YAML 1.1"),
        ("a: !x!y z\n", 1, 4, "put quotes around a value that begins with '!'"),
        ("b: {<<: [a]}\n", 1, 9, "'<<' merges mappings, or a list of them"),
    ],
)
def test_what_is_wrong_has_a_place_and_advice(text: str, line: int, column: int, said: str) -> None:
    """The message points at the very character, and says what to do."""
    notes = told(text)[1]

    assert said in notes[0].detail
    assert (notes[0].span.line, notes[0].span.column, notes[0].refusal) == (line, column, True)


def test_each_opening_has_its_place() -> None:
    """Where every `<<` of a scalar stands in the file, whatever way the scalar is written."""
    text = "a: |\n   x <<y\n\n     z <<< q\nb: '<< it''s <<'\nc: >-\n  d\n  << e\nf: \"\\x3c< <<\"\n"
    root = told(text)[0]

    assert root is not None
    found = {place.step: place.node.marks for place in walk(root) if isinstance(place.node, Scalar)}
    places = {step: [(mark.line, mark.column) for mark in marks] for step, marks in found.items()}
    assert places == {
        "a": [(2, 6), (4, 8), (4, 9)],
        "b": [(5, 5), (5, 14)],
        "c": [(8, 3)],
        "f": [],  # an escape hides one of the two
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * (DEEPEST + 1), "too-deep"),
        ("[" * DEEPEST + "]" * DEEPEST, ""),
        (f"a: &a [{'x,' * 1000}]\nb: [{'*a,' * (MOST_VALUES // 1000)}]\n", "too-large"),
        (f"a: &a [{'x,' * 1000}]\nb: [{'*a,' * (MOST_VALUES // 1000 - 3)}]\n", ""),
        (" " * (LARGEST + 1), "too-large"),
        (" " * LARGEST, ""),
        (f"a: {'x' * 250_001}", "too-large"),
        (f"a: {'x' * 250_000}", ""),
    ],
)
def test_limits(text: str, code: str) -> None:
    """What lies just within a limit is read, what lies just beyond is refused with the limit's own code."""
    assert [note.code.id for note in told(text)[1]] == ([code] if code else [])


def test_a_tree_knows_whether_templates_stand_in_it() -> None:
    """So that rendering passes over what has none."""
    root = told("a: {b: [c]}\nd: {e: ['<< x >>']}\nf: {<<: {g: h}}\n")[0]

    assert isinstance(root, Mapping)
    assert root.templated
    values = [entry.value for entry in root.entries]
    assert [value.templated for value in values if isinstance(value, Mapping)] == [False, True, False]


def test_what_other_readers_take_for_a_number_is_quoted() -> None:
    """`1e3` is a string to PyYAML, and a number to SnakeYAML and ruamel.yaml."""
    from migrate.yamlio.write import write

    assert YAML(typ="safe").load(write({"k": "1e3"})) == {"k": "1e3"}
    assert write({"k": "1e3"}) == 'k: "1e3"\n'
