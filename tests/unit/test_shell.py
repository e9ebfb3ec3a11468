"""What `migrate.shell` reads off a command text, checked against tables and against bash itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shell import Effects, analyse, indent, quote, rename_variables, trim
from migrate.shell.ending import cannot_fail
from migrate.shell.mentions import named_first
from migrate.shell.statements import is_subshell, statements

FLAGS = (
    "changes_directory",
    "exits",
    "sets_options",
    "traps",
    "background",
    "aliases_or_umask",
    "unchecked_end",
)


def bash(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run bash without the environment of whoever runs the tests."""
    return subprocess.run(
        ["bash", "--norc", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )


def names(words: str) -> frozenset[str]:
    """The words of a table's cell."""
    return frozenset(words.split())


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("echo $A ${B} \"$C ${D}\" '$E' $'$F' \\$G", "A B C D"),
        (
            "echo ${A:-$B} ${#C} ${D#$E} ${F/$G/$H} ${I:J:K} ${!L} ${M[@]} ${N[i]}",
            "A B C D E F G H I J K L M N i",
        ),
        ("echo $((A + 1)) $((B ? C : -D)) $[E]; ((F > 1))", "A B C D E F"),
        ("echo $1 $? $@ $# $$ $! ${1:-x} ${@:2} ${!PREFIX@}", ""),
        ("[[ -v A && -n $B ]]; [ -v C ]; test -v D; [[ x =~ ^$E$ ]]", "A B C D E"),
        ("echo $A # $B", "A"),
        ("curl https://h/$A/$B/c.$D d", "A B D"),
        ("export PATH=$A:$B/bin:$C/bin", "A B C"),
        ("[ $A/$B/c = d ] && foo > $C/$D/e f", "A B C D"),
        ('cat <<EOF\n  $A ${B} "$C"\n   $(foo $D "$E") \\$F\nEOF', "A B C D E"),
        ("cat <<-EOF\n\t$A\n\tEOF", "A"),
        ("cat <<'EOF'\n$A\nEOF", ""),
        ('cat <<< "$A"', "A"),
        ("echo `foo $A` $(bar $(baz $B)) <(qux $C)", "A B C"),
        ("A+=1; ((B++)); ((C += D)); let E=F+1", "A B C D F"),
        ("case $A in $B) echo $C;; esac", "A B C"),
        ("echo $A; if", "A"),
    ],
)
def test_reads(text: str, reads: str) -> None:
    """Every expansion of a named variable is a read, wherever bash expands, and nothing else is."""
    assert analyse(text).reads == names(reads)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("A=1; echo $A", ""),
        ("echo $A; A=1", "A"),
        ("A=$A:x", "A"),
        ("A=1 cmd $A", "A"),
        ("A=1 B=$A cmd", ""),
        ("for A in $B; do echo $A; done; echo $A", "A B"),
        ("while read -r A _; do echo $A; done < $B", "B"),
        ("mapfile -t A < f; printf -v B x; read -rp 'x' C D; getopts ab E; echo $A $B $C $D $E", ""),
        ("export A=1; declare B=2; readonly C=3; echo $A $B $C", ""),
        ("if c; then A=1; fi; echo $A", "A"),
        ("if c; then A=1; elif d; then A=2; else A=3; fi; echo $A", ""),
        ("if c; then A=1; else exit 1; fi; echo $A", ""),
        ("case x in a) A=1;; *) A=2;; esac; echo $A", ""),
        ("case x in a) A=1;; esac; echo $A", "A"),
        ("c && A=1; echo $A", "A"),
        ("c || A=1; echo $A", "A"),
        ("c && A=0 || A=$?; echo $A", ""),
        ("c && A=$(d) || B=1; echo $A $B", "A B"),
        ("A=1 && B=$A; echo $B", ""),
        ("c || exit 1; A=1; echo $A", ""),
        ("(A=1; echo $A); echo $A", "A"),
        ("echo x | read A; echo $A", "A"),
        ("A=1 & echo $A", "A"),
        (": ${A:=1}; echo $A", "A"),
        ("((A = 1)); echo $A", ""),
        ("A=1; unset A; echo $A", "A"),
        ("f() { A=1; }; echo $A", "A"),
        ("f() { local A=$1 B; B=2; echo $A $B; }", ""),
        ("exit 0; echo $A", "A"),
    ],
)
def test_set_before_read(text: str, reads: str) -> None:
    """A read that surely comes after an assignment in the same text asks nothing of the environment."""
    assert analyse(text).reads == names(reads)


@pytest.mark.parametrize(
    ("text", "sets", "exports"),
    [
        ("A=1; B[0]=2; C+=3; D=(1 2); E=$F/$G/h", "A B C D E", ""),
        ("A=1 cmd; (B=1); C=1 | cat; D=1 & x=$(E=1)", "x", ""),
        ("export A=1 B; declare -x C=1; D=1; typeset -gx E", "A C D", "A B C E"),
        ("set -a; A=1; set +a", "A", "A"),
        ("set -o allexport; . .env; A=1", "A", "A"),
        ("(export A=1); export -n B", "", ""),
        ("! export A=1; command export B; builtin declare C=1", "A C", "A B"),
        ("export 'A=1' \"B=$C\"", "A B", "A B"),
        ("for A in x; do :; done; read B; mapfile C; printf -v D x; ((E++)); : ${F:=1}", "A B C D E F", ""),
        ("f() { local A=1; B=1; }", "B", ""),
        ("unset A", "", ""),
    ],
)
def test_sets_and_exports(text: str, sets: str, exports: str) -> None:
    """Only what is assigned in this very shell is set, and only what is exported from it exported."""
    effects = analyse(text)
    assert (effects.sets, effects.exports) == (names(sets), names(exports))


def test_mentions_reach_into_quotes_but_not_into_comments() -> None:
    """A variable that a child program may read is mentioned, one in a comment is not."""
    text = "python -c 'os.environ[\"CIRCLE_TAG\"]' <<'X'\n$BASH_ENV\nX\necho 2B \"C1\" # CIRCLE_SHA1"
    mentions = analyse(text).mentions
    assert {"CIRCLE_TAG", "BASH_ENV", "C1"} <= mentions
    assert not {"CIRCLE_SHA1", "B", "2B"} & mentions


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ('A=1 foo \'b c\' "d" $E "$F" > out', [("foo", "b c", "d", "$E", '"$F"')]),
        ("echo a > file b", [("echo", "a", "b")]),
        ("a $(b) | (c) && d", [("a", "$(b)"), ("b",), ("c",), ("d",)]),
        ("foo --x=`pwd`/y", [("foo", "--x=`pwd`/y"), ("pwd",)]),
        ("foo $A/$B/c d", [("foo", "$A/$B/c", "d")]),
        ("cat <<EOF | grep x && foo\na\nEOF", [("cat",), ("grep", "x"), ("foo",)]),
        ('cat <<EOF\n  $(foo "x")\nEOF', [("cat",), ("foo", "x")]),
        ("export A='b c'; unset D", [("export", "A=b c"), ("unset", "D")]),
        ("foo\n\\cp a b\n  \\rm $c", [("foo",), ("cp", "a", "b"), ("rm", "$c")]),
        ("A=$\nfoo\n\\a=b c", [("foo",), ("a=b", "c")]),
        ("foo {\U0010ffff \u2014", [("foo", "{\U0010ffff", "\u2014")]),
        ("circleci-agent step halt # x", [("circleci-agent", "step", "halt")]),
        ("if a\\\n b; then f() { c; }; fi", [("a", "b"), ("c",)]),
    ],
)
def test_calls(text: str, calls: list[tuple[str, ...]]) -> None:
    """Every simple command is seen, wherever it stands, in the order of the text."""
    assert list(analyse(text).calls) == calls


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("echo 'export A=1' >> $BASH_ENV", ["export A=1"]),
        ('echo "export A=\\"b\\" \\$C" >> "${BASH_ENV}"', ['export A="b" $C']),
        ("echo export A=1 | tee -a $BASH_ENV > /dev/null", ["export A=1"]),
        ("echo 'a b' | sudo tee --append \"$BASH_ENV\"", ["a b"]),
        ("cat >> $BASH_ENV <<'EOF'\nexport A=$B\n  c\nEOF", ["export A=$B\n  c"]),
        ("cat <<-EOF >> $BASH_ENV\n\ta \\$b\n\tEOF", ["a $b"]),
        ('echo "export A=$B" >> $BASH_ENV', [None]),
        ("echo -e 'a\\nb' >> $BASH_ENV", [None]),
        ("echo ~/x >> $BASH_ENV", [None]),
        ("cat <<EOF >> $BASH_ENV\n$A\nEOF", [None]),
        ("{ echo a; echo b; } >> $BASH_ENV", [None]),
        ("echo a > $BASH_ENV", [None]),
        ("echo a | sort | tee -a $BASH_ENV", [None]),
        ("cmd 2>> $BASH_ENV", [None]),
        ("(echo a >> $BASH_ENV); echo b >> $BASH_ENV", ["a", "b"]),
        ("echo a >> other; source $BASH_ENV", []),
        ("cat $BASH_ENV; [ -s $BASH_ENV ] && echo $BASH_ENV", []),
        ("./setup.sh $BASH_ENV", [None]),
        ('cp vars "$BASH_ENV"', [None]),
        ("bash -c 'echo a >> $BASH_ENV'", [None]),
        ("python3 - <<'EOF'\nopen(os.environ['BASH_ENV'])\nEOF", [None]),
        ("E=$BASH_ENV; echo a >> $E", [None]),
        ("echo a >> ${BASH_ENV:-/dev/null}", [None]),
        ("tee -a $BASH_ENV <<< a", [None]),
        ("tee -a $BASH_ENV > /dev/null <<'EOF'\nexport A=1\nEOF", ["export A=1"]),
        ("if a; then echo b; fi >> $BASH_ENV", [None]),
    ],
)
def test_bash_env(text: str, written: list[str | None]) -> None:
    """What goes to $BASH_ENV is told word for word where it is plain text, and as unknown where it is not."""
    assert list(analyse(text).bash_env) == written


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("export A=1 B=$C\nD=2\nexport E=$(false)\n# note\nf() { false; }", True),
        ("A=$(false)", False),
        ("export A=b c-d", False),
        ("export $(cat .env)", False),
        ("readonly A=1", False),
        (". venv/bin/activate", False),
        ("[ -s x ] && . x", False),
        ("if", False),
    ],
)
def test_what_cannot_fail(text: str, sure: bool) -> None:
    """A text that only sets variables does not fail, and bash agrees where it is said of it."""
    assert cannot_fail(text) == sure
    assert not sure or bash("-ec", f"C=1\n{text}").returncode == 0


def test_writes_and_sources_and_functions() -> None:
    """Literal targets of writing, sourced files and defined functions are listed as they were written."""
    effects = analyse("a > 'x y' 2>&1 && b >>z; c &> $D; e | tee -a f 'g'; . ./h i; source \"$J\"; k() { :; }")
    assert effects.writes == {"x y", "z", "f", "g"}
    assert effects.sources == ("./h", '"$J"')
    assert effects.functions == {"k"}


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("cd x", "changes_directory"),
        ("builtin pushd x", "changes_directory"),
        ("make\n\\cd x", "changes_directory"),
        ("if a; then cd x; fi", "changes_directory"),
        ("f() { cd x; }", "changes_directory"),
        ("a || exit", "exits"),
        ("a || exit 0", "exits"),
        ("a || exit $?", "exits"),
        ("exit 256", "exits"),
        ("exec foo", "exits"),
        ("exec 3>x foo", "exits"),
        ("set -x", "sets_options"),
        ("set -- a", "sets_options"),
        ("shopt -s globstar", "sets_options"),
        ("trap 'a' EXIT", "traps"),
        ("a & b", "background"),
        ("wait", "background"),
        ("kill %1", "background"),
        ("exec > log", "aliases_or_umask"),
        ('eval "$(a)"', "aliases_or_umask"),
        ("umask 022", "aliases_or_umask"),
        ("unset A", "aliases_or_umask"),
        ("readonly A=1", "aliases_or_umask"),
        ("IFS=,", "aliases_or_umask"),
        ("for PATH in a; do b; done", "aliases_or_umask"),
        ("PATH=$A/$B/bin:$PATH", "aliases_or_umask"),
        ("export $(cat .env)", "aliases_or_umask"),
        ("a && b", "unchecked_end"),
        ("! a", "unchecked_end"),
    ],
)
def test_flags(text: str, flag: str) -> None:
    """Each lasting change of this shell raises its flag, and no other."""
    effects = analyse(text)
    assert [name for name in FLAGS if getattr(effects, name)] == [flag]
    assert not effects.contained


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "make\nmake install",
        "(cd x && set -x && export A=1 && exit 1)",
        "A=$(cd x; pwd)",
        "cd x | cat",
        "set -e\nmake",
        "command -v cd",
        "IFS=, read -r A B <<< 1,2",
        "a || true",
        "a || exit 1",
        "if [ -f x ]; then exit 3; fi",
        "a && b || c",
        "if a; then b; fi",
        "for A in 1 2; do echo $A; done",
        "echo cd x; 'echo' exit",
        "cat <<EOF\ncd x\nEOF",
    ],
)
def test_contained(text: str) -> None:
    """What leaves the shell as it was may stand there as plain lines."""
    assert analyse(text).contained


def test_pipelines() -> None:
    """A pipeline is seen wherever it stands, since `pipefail` decides over it."""
    assert analyse("A=$(b | c)").pipelines
    assert not analyse("a || b").pipelines


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("a | b", True),
        ("if a | b; then c; fi", True),
        ("! a | b", True),
        ("yes | a", True),
        ("echo a | b | c", True),
        ("echo a > x | b", True),
        ("cat x | b", True),
        ("cat < x | b", True),
        ("(a; b) | c", True),
        ("a | b || c", True),
        ("a | b && c || true", True),
        ("A=$(a | b) c", False),
        ("A=$(a | b)", True),
        ("c $(a; b | c)", True),
        ("echo a | b", False),
        ("echo $A | sudo tee /x", False),
        ("cat <<EOF | b\nEOF", False),
        (": | a", False),
        ("a | b || true", False),
        ("a | b || :", False),
        ('c "$(a | b)"', False),
        ("export A=$(a | b)", False),
        ('[ -n "$(a | b)" ]', False),
        ('echo a | b "$(c | d)"', False),
    ],
)
def test_pipelines_that_nobody_asks_how_they_ended(text: str, asked: bool) -> None:
    """`pipefail` decides nothing where all members but the last end well, or where the end is not asked for."""
    assert analyse(text).pipelines is asked
    if not asked:
        programs = "a() { cat; return 3; }; b() { cat; }; c() { cat; }; d() { cat; }; sudo() { cat; }\n"
        plain, strict = (bash("-e", *more, "-c", programs + text) for more in ((), ("-o", "pipefail")))
        assert plain.returncode == strict.returncode


@pytest.mark.parametrize(
    "text",
    [
        "if a; then",
        "echo 'a",
        "foo \\",
        "a\n\\\nb",
        "cat <<EOF\na\nEOF || b",
        "cat <<EOF\na\n EOF\nb",
        "foo \\\n",
        "cat <<EOF\na",
        "a )",
        "[[ a =~ ^`b` ]]",
        "! { a; }",
        "time { a; }",
        "time (a; b)",
        "coproc a",
    ],
)
def test_not_understood(text: str) -> None:
    """What is not understood to its end is never contained."""
    effects = analyse(text)
    assert not effects.valid
    assert not effects.contained


ENDINGS = [
    "true && false",
    "false && true",
    "false || true",
    "false || false",
    "false && true || true",
    "false && true || false",
    "true || false && false",
    "false || false && true",
    "! true",
    "! false",
    "! true | true",
    "! true || true",
    "(false && true)",
    "{ false && true; }",
    "{ false && true; } > /dev/null",
    "{ false && true; false; }",
    "if true; then false && true; fi",
    "if false; then :; elif true; then ! true; fi",
    "if false; then :; else false && true; fi",
    "if false; then false; fi",
    "for x in 1; do false && true; done",
    "for x in 1; do false && true; :; done",
    "i=0; while [ $((i++)) -lt 1 ]; do false && true; done",
    "case x in x) false && true;; esac",
    "case x in x) false || true;; esac",
    "false || { false && true; }",
    "true | { false && true; }",
    "false | true",
    "x=$(false && true)",
    "cat <<EOF > /dev/null && false || false\na\nEOF",
    "false && cat <<EOF | cat\na\nEOF",
    "[[ a = b ]] && true",
    "((1 - 1))",
    "f() { false && true; }\nf",
    "eval 'false && true'",
    "time { false && true; }",
    "true\n# last words",
    "false && true &",
]


def survives(text: str) -> tuple[bool, bool]:
    """Whether the text passes as its own process, and whether a longer script goes on behind it."""
    alone = bash("-eo", "pipefail", "-c", text)
    inside = bash("-eo", "pipefail", "-c", f"{text}\necho survived")
    return alone.returncode == 0, inside.stdout.endswith("survived\n")


@pytest.mark.parametrize("text", ENDINGS)
def test_unchecked_end_is_what_bash_does(text: str) -> None:
    """Unless the end is unchecked, a text fails alone just when it stops a longer script."""
    alone, inside = survives(text)
    effects = analyse(text)
    assert alone == inside or effects.unchecked_end or not effects.contained


def _deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(" && ".join),
        pair.map(" || ".join),
        pair.map("\n".join),
        inner.map("{{ {}\n}}".format),
        inner.map("( {}\n)".format),
        inner.map("! {{ {}\n}}".format),
        inner.map("for x in 1; do {}\ndone".format),
        pair.map(lambda two: "{{ {}\n}} | {{ {}\n}}".format(*two)),
        pair.map(lambda two: "if {}\nthen {}\nfi".format(*two)),
        pair.map(lambda two: "if {}\nthen :\nelse {}\nfi".format(*two)),
        inner.map("case x in x) {}\n;; esac".format),
        inner.map("cat <<EOF > /dev/null\na\nEOF\n{}".format),
    )


SCRIPTS = st.recursive(
    st.sampled_from(["true", "false", "A=1", "A=$(false)", "[ a = b ]", "exit 3"]), _deeper, max_leaves=7
)


@settings(max_examples=60, deadline=None)
@given(SCRIPTS)
def test_contained_is_what_bash_does(text: str) -> None:
    """For any text that is contained: fails alone, stops a script; passes alone, the script goes on."""
    if analyse(text).contained:
        alone, inside = survives(text)
        assert alone == inside


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        (
            'echo $A ${A} "$A" ${A:-x} ${A#p} ${#A} $((A + 1)) ${B:-$A}',
            'echo $Z1 ${Z1} "$Z1" ${Z1:-x} ${Z1#p} ${#Z1} $((Z1 + 1)) ${B:-$Z1}',
        ),
        ("echo '$A' \\$A # $A", "echo '$A' \\$A # $A"),
        ("A=1; export A; A=2 cmd; read A", "A=1; export A; A=2 cmd; read A"),
        ("echo $AB $A_ ${AB}", "echo $AB $A_ ${AB}"),
        ("curl é$A/ü/$A/ñ", "curl é$Z1/ü/$Z1/ñ"),
        (
            'cat <<EOF\n  $A\n é $(foo "$A" \'$A\') "$A" \\$A\nEOF',
            'cat <<EOF\n  $Z1\n é $(foo "$Z1" \'$A\') "$Z1" \\$A\nEOF',
        ),
        ("cat <<'EOF'\n$A\nEOF", "cat <<'EOF'\n$A\nEOF"),
        ("[[ -v A ]] || [ -v A ] || test -v A", "[[ -v Z1 ]] || [ -v Z1 ] || test -v Z1"),
        ("[[ $x =~ ^$A ]] && echo ${x//$A/$A}", "[[ $x =~ ^$Z1 ]] && echo ${x//$Z1/$Z1}"),
        ("echo ${!A@} ${!A}", "echo ${!A@} ${!Z1}"),
    ],
)
def test_rename_variables(text: str, renamed: str) -> None:
    """Where bash expands the variable its name is changed, and nowhere else."""
    assert rename_variables(text, {"A": "Z1", "CIRCLE_X": "Y"}) == renamed


def test_rename_swaps() -> None:
    """All names change at once: two may change places."""
    assert rename_variables("echo $A $B", {"A": "B", "B": "A"}) == "echo $B $A"


PIECES = st.lists(
    st.sampled_from(
        [
            *"$${}()\"'`\\\n\t |&;<>#!=[]é*",
            "A",
            "B",
            "<<EOF\n",
            "\nEOF\n",
            "if ",
            "then ",
            "fi",
            "$(",
            "${",
            "((",
            "echo ",
            "cd x",
        ]
    ),
    max_size=30,
).map("".join)
TEXTS = st.one_of(st.text(), PIECES, SCRIPTS)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("a" + " && a" * 3000)
@example("(" * 3000)
@example("$(" * 500 + ")" * 500)
@example("cat <<A\n$(" * 200)
@example("\0a\0")
@example("{\U0010ffff")
@example("0\n\\")
@example("'$]é\n\"'<<EOF\n`\n[<<EOF\n< '`\t<<EOF\n]$&é<<EOF\n")
@example("\ud800 $A")
def test_never_raises(text: str) -> None:
    """Any text has effects; one that is nobody's bash is simply not valid."""
    assert isinstance(analyse(text), Effects)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from([{}, {"A": "A"}, {"NOBODY": "X"}]))
def test_rename_to_itself_is_identity(text: str, mapping: Mapping[str, str]) -> None:
    """Renaming nothing, or to the same name, changes no byte."""
    assert rename_variables(text, mapping) == text


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_renamed_variables_are_no_longer_read(text: str) -> None:
    """What `analyse` calls a read is what renaming finds, but for variables that the text assigns itself."""
    before = analyse(text)
    after = analyse(rename_variables(text, {"A": "Z1"}))
    if before.valid and "A" not in before.sets:
        assert "A" not in after.reads
        assert ("Z1" in after.reads) == ("A" in before.reads)


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        ("a  \nb\t\n  \nc", "a\nb\n\nc"),
        ("a \\\n  b  ", "a \\\n  b"),
        ("a \\ \nb", "a \\ \nb"),
        ("echo 'a  \nb' \"c  \nd\"  \ne", "echo 'a  \nb' \"c  \nd\"\ne"),
        ("cat <<EOF  \n  \na  \nEOF\nb  ", "cat <<EOF\n  \na  \nEOF\nb"),
        ("cat <<EOF\na\nEOF \nEOF\nb ", "cat <<EOF\na\nEOF \nEOF\nb "),
        ("# a  \nb", "# a\nb"),
        ("A=(a  \n b  \n)", "A=(a\n b\n)"),
        ("if a  ", "if a  "),
        ("é  \n'é  '  ", "é\n'é  '"),
    ],
)
def test_trim(text: str, trimmed: str) -> None:
    """Blanks at the end of a line go where they mean nothing, and stay where they do."""
    assert trim(text) == trimmed


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_trim_is_idempotent(text: str) -> None:
    """A trimmed text has nothing more to trim, and says the same."""
    once = trim(text)
    assert trim(once) == once
    assert analyse(once).calls == analyse(text).calls


@pytest.mark.parametrize(
    ("text", "indented"),
    [
        ("a\n b\n\nc", "  a\n   b\n\n  c"),
        ("a \\\nb", "  a \\\n  b"),
        ("a\\\nb", "  a\\\nb"),
        ("echo 'a\nb' \"c\nd\"\ne", "  echo 'a\nb' \"c\nd\"\n  e"),
        ("cat <<EOF | b\na\n\nEOF\nc", "  cat <<EOF | b\na\n\nEOF\n  c"),
        ("A=$(b\nc)\nd", "  A=$(b\n  c)\n  d"),
        ("if a", "if a"),
    ],
)
def test_indent(text: str, indented: str) -> None:
    """Lines move to the right, but for those that begin in the middle of a string or a here-document."""
    assert indent(text, 2) == indented


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_indented_text_says_the_same(text: str) -> None:
    """Moving a text to the right changes nothing that it does."""
    before, after = analyse(text), analyse(indent(text, 4))
    assert (before.reads, before.mentions, before.bash_env) == (after.reads, after.mentions, after.bash_env)
    assert len(before.calls) == len(after.calls)


@settings(max_examples=40, deadline=None)
@given(st.one_of(SCRIPTS, PIECES), st.sampled_from(["  ", "\t"]))
def test_trim_keeps_the_verdict_of_bash(text: str, blank: str) -> None:
    """What bash can parse it can parse when trimmed, and the other way round."""
    text = text.replace("\n", f"{blank}\n") + blank
    assert (bash("-n", text=text).returncode == 0) == (bash("-n", text=trim(text)).returncode == 0)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
@example('it\'s $A `b` "c" \\ \n!')
@example("")
@example("-n")
def test_quote_is_exact(value: str) -> None:
    """What is quoted comes out of bash as it went in."""
    assert bash("-c", f"printf %s. {quote(value)}").stdout == bash("-c", 'printf %s. "$0"', value).stdout
    assert bash("-c", f'[ {quote(value)}. = "$0". ]', value).returncode == 0


def test_quote_leaves_plain_words_bare() -> None:
    """A word without special characters needs no quotes."""
    assert quote("origin/main-1.2_x=y") == "origin/main-1.2_x=y"


def test_the_door_is_cheap() -> None:
    """tree-sitter is loaded by the first text, not by the import."""
    code = "import sys, migrate.shell; sys.exit('tree_sitter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ('X=1; echo "$X"', ""),
        ('echo "$X"; X=1', "X"),
        ("sh -c 'echo $X'; X=1", "X"),
        ("X+=1; Y=$X", ""),
        ("for X in $Y; do make $X; done; Y=1", "Y"),
        ("# X and Y\nX=1", ""),
        ("cat <<'EOF'\nX\nEOF\nX=1 Y=2", "X"),
        ("XY=1; X=2", ""),
        ("X=1 Y=$X make", ""),
        ("read X; X=1", "X"),
        ("é=X; X=1", "X"),
        ("X=1; if", "X"),
    ],
)
def test_named_first(text: str, first: str) -> None:
    """A name that stands somewhere before it is set may be read there."""
    assert named_first(text, frozenset({"X", "Y"})) == names(first)


def test_prefixes() -> None:
    """`${!X*}` lists names and expands none."""
    effects = analyse('echo ${!CIRCLE_BR*} "${!A@}" ${!B} ${C[@]} $(echo ${!D@})')

    assert (effects.prefixes, effects.reads) == (names("CIRCLE_BR A D"), names("B C"))


def test_statements() -> None:
    """A statement is what the text itself runs, not a line of it."""
    text = "a b\ncat <<'E'\nx\nE\nif c; then d; fi # e"

    assert statements(text) == {"a b", "cat <<'E'\nx\nE", "if c; then d; fi"}


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("(a; b)", True),
        (" (a) # why", True),
        ("(a) > f", False),
        ("(a) && b", False),
        ("((1))", False),
        ("{ a; }", False),
    ],
)
def test_is_subshell(text: str, one: bool) -> None:
    """Brackets around everything are a shell of the text's own."""
    assert is_subshell(text) == one
