"""The `<< >>` dialect, against vectors from the reference (circleci.md, section 2.2) and from official orbs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.circleci.template import Renderer, TemplateError, parse, truthy
from migrate.diagnostics import Exhausted, Notes, Span
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar, Sequence, Symbol
from migrate.yamlio.read import read

HERE = Span("config.yml", 3, 5)


def scalar(text: str, kind: str = "str") -> Scalar:
    """A scalar at some place."""
    return Scalar(text, kind, HERE)


SCOPE: dict[str, Node] = {
    "parameters.name": scalar("web"),
    "parameters.yes": scalar("true", "bool"),
    "parameters.on": scalar("on", "bool"),
    "parameters.no": scalar("false", "bool"),
    "parameters.count": scalar("3", "int"),
    "parameters.zero": scalar("0", "int"),
    "parameters.version": scalar("3.10", "float"),
    "parameters.empty": scalar(""),
    "parameters.said": scalar("false"),
    "parameters.tag": scalar("<< parameters.name >>"),
    "parameters.steps": Sequence((scalar("checkout"),), HERE),
}


def render(text: str) -> tuple[Node, list[str]]:
    """What a scalar becomes, and what is said about it."""
    notes = Notes()
    return Renderer(SCOPE, notes, (HERE,)).render(scalar(text)), [note.detail for note in notes]


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("plain", "plain"),
        ('{{ checksum "x" }} >> y $(( 1 ))', '{{ checksum "x" }} >> y $(( 1 ))'),
        ("a-<< parameters.name >>-b", "a-web-b"),
        ("<<parameters.name>>/<<   parameters.name   >>", "web/web"),
        ("<< parameters.name >><< parameters.count >>", "web3"),
        ("-v=<< parameters.yes >>,<< parameters.on >>,<< parameters.no >>", "-v=true,true,false"),
        ("py<< parameters.version >>", "py3.10"),
        ("x<<# parameters.yes >> -v<</ parameters.yes >>", "x -v"),
        ("x<<#parameters.no>> -v<</parameters.no>>", "x"),
        ("x<<^parameters.no>> -q<</parameters.no>>", "x -q"),
        ("x<<^parameters.yes>> -q<</parameters.yes>>", "x"),
        ("x<<#parameters.empty>>e<</parameters.empty>><<#parameters.zero>>z<</parameters.zero>>", "x"),
        ("x<<#parameters.said>> the text 'false' is true<</parameters.said>>", "x the text 'false' is true"),
        (
            "x<<#parameters.yes>>a<<^parameters.no>>b<< parameters.name >><</parameters.no>>c<</parameters.yes>>",
            "xabwebc",
        ),
        ("x<<#parameters.no>>a<<^parameters.yes>>b<</parameters.yes>>c<</parameters.no>>", "x"),
        ("cat \\<<EOF\nx\nEOF", "cat <<EOF\nx\nEOF"),
        ("cat \\<<< 'x'", "cat <<< 'x'"),
        ("cat \\<<-EOF > << parameters.name >>", "cat <<-EOF > web"),
        ("echo $((1 \\<< 2))", "echo $((1 << 2))"),
        ("a << parameters.tag >>", "a << parameters.name >>"),
    ],
)
def test_text(text: str, becomes: str) -> None:
    """Tags in a text become text; what a value holds is not rendered again."""
    node, said = render(text)

    assert (node, said) == (scalar(becomes), [])


@pytest.mark.parametrize("name", ["yes", "count", "version", "steps", "empty"])
def test_a_whole_value_keeps_its_type(name: str) -> None:
    """A scalar that is one tag and nothing else becomes the value itself, also a list."""
    assert render(f"<< parameters.{name} >>")[0] is SCOPE[f"parameters.{name}"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cat <<EOF\nx\nEOF", "Unclosed '<<' tag"),
        ("x << parameters.name", "Unclosed '<<' tag"),
        ("x <<#parameters.yes>> y", "Unclosed section 'parameters.yes'"),
        ("x <</parameters.yes>>", "Unopened tag '/parameters.yes'"),
        ("<<#parameters.yes>>x<</parameters.no>>", "Unopened tag '/parameters.no'"),
        ("<< parameters.nmae >>", "Arguments referenced without declared parameters: parameters.nmae; declared here:"),
        ("cat <<EOF >> out.txt", "Arguments referenced without declared parameters: EOF; declared here:"),
    ],
)
def test_errors_are_said_in_circleci_s_words(text: str, said: str) -> None:
    """What CircleCI refuses is refused, in its words; names that are legal here are listed."""
    assert [detail for detail in render(text)[1] if detail.startswith(said)]


def test_pipeline_values_stay_symbolic() -> None:
    """A value that only the run knows keeps its text, and its place in the text is marked."""
    node, said = render("<< parameters.name >>:<< pipeline.number >>-<< pipeline.git.branch >>")

    assert said == []
    assert isinstance(node, Scalar)
    assert node.text == "web:<< pipeline.number >>-<< pipeline.git.branch >>"
    assert [node.text[s.start : s.end] for s in node.symbols] == ["<< pipeline.number >>", "<< pipeline.git.branch >>"]


def test_symbols_move_with_their_value() -> None:
    """A value with a symbol in it carries the symbol to its new place."""
    inner = Scalar("v<< pipeline.id >>", "str", HERE, (Symbol(1, 18, "pipeline.id"),))
    node = Renderer({"parameters.tag": inner}, Notes(), (HERE,)).render(scalar("app:<< parameters.tag >>"))

    assert isinstance(node, Scalar)
    assert [(node.text[s.start : s.end], s.name) for s in node.symbols] == [("<< pipeline.id >>", "pipeline.id")]


def test_what_has_no_tag_stays_the_same_object() -> None:
    """Rendering copies only what changes, so that the places of the source stay shared."""
    kept = Sequence((scalar("a"),), HERE)
    tree = Mapping(
        (Entry(scalar("k"), kept), Entry(scalar("<< parameters.name >>"), scalar("x<< parameters.name >>"))), HERE
    )
    made = Renderer(SCOPE, Notes(), (HERE,)).render(tree)

    assert isinstance(made, Mapping)
    assert made.entries[0] is tree.entries[0]
    assert made.entries[1] == Entry(scalar("<< parameters.name >>"), scalar("xweb"))
    assert Renderer(SCOPE, Notes(), (HERE,)).render(kept) is kept


@pytest.mark.parametrize(
    ("node", "holds"),
    [
        (scalar("true", "bool"), True),
        (scalar("no", "bool"), False),
        (scalar("false"), True),
        (scalar(""), False),
        (scalar("", "null"), False),
        (scalar("0", "int"), False),
        (scalar("0.0", "float"), False),
        (scalar("0"), True),
        (scalar("10", "int"), True),
        (Sequence((), HERE), False),
        (Sequence((scalar("x"),), HERE), True),
        (None, False),
    ],
)
def test_truthy(node: Node | None, holds: bool) -> None:
    """False are false, null, zero and nothing; every other text is true, also 'false' and '0'."""
    assert truthy(node) is holds


@given(st.text(alphabet="<>\\ #^/ab\n"))
def test_every_text_is_parsed_or_refused(text: str) -> None:
    """Any text is a template or a TemplateError; one without `<<` is itself."""
    try:
        parts = parse(text)
    except TemplateError:
        assert "<<" in text
    else:
        assert "<<" in text or "".join(p for p in parts if isinstance(p, str)) == text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("k: |\n  make\n  cat <<EOF\n", (3, 7)),
        ("k: 'a \\<< b << c'\n", (1, 13)),
        ("k: x << parameters.nmae >>\n", (1, 6)),
        ("k: >-\n  a\n  b << parameters.name >><< oops >>\n", (3, 26)),
        ("k: x <<#parameters.yes>> y\n", (1, 6)),
    ],
)
def test_what_is_wrong_is_said_at_the_tag_itself(text: str, place: tuple[int, int]) -> None:
    """Not at the beginning of the value: a script may have hundreds of lines."""
    notes = Notes()
    root = read(text, "config.yml", notes)
    assert root is not None
    Renderer(SCOPE, notes, (HERE,)).render(root)

    assert [(note.span.line, note.span.column) for note in notes] == [place]


def test_an_unclosed_tag_comes_with_advice() -> None:
    """A here-document is what it mostly is."""
    assert render("cat <<EOF")[1] == ["Unclosed '<<' tag; write a '<<' that opens none as '\\<<'"]


def test_values_do_not_grow_without_end() -> None:
    """A value that doubles in each command ends the conversion before it ends the memory."""
    notes = Notes()
    grown: Node = scalar("x" * 1000)
    for _ in range(7):
        grown = Renderer({"p": grown}, notes, (HERE,)).render(scalar("<< p >><< p >>"))
    with pytest.raises(Exhausted):
        Renderer({"p": grown}, notes, (HERE,)).render(scalar("<< p >><< p >>"))
    assert [(note.code.id, note.refusal) for note in notes] == [("too-large", True)]
