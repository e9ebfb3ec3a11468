"""Configs that are made to stop a reader: each is small to write down and would be endless to carry out."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

DOCKER = "docker: [{image: alpine}]"
HEAD = "version: 2.1\n"


class Hostile(NamedTuple):
    """A config, and what a refusal of it says; without `said` it may be converted."""

    text: Callable[[], str]
    said: str = ""


def job(*steps: str, workflow: str = "build") -> str:
    """A job with these steps, each a line of YAML without its dash, and the workflow that runs it."""
    listed = "".join(f"      - {step}\n" for step in steps)
    return f"jobs:\n  build:\n    {DOCKER}\n    steps:\n{listed}workflows:\n  all:\n    jobs: [{workflow}]\n"


def config(*steps: str) -> str:
    """A config with one job."""
    return HEAD + job(*steps)


def _lines(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _laughs(first: str, again: str) -> str:
    """Aliases of aliases: each line repeats the one before it ten times."""
    yield_ = (f"a{n}: &a{n} " + again.format(", ".join([f"*a{n - 1}"] * 10)) for n in range(1, 40))
    return f"a0: &a0 {first}\n{_lines(yield_)}"


def _merges() -> str:
    keys = _lines(f"  k{n}: v" for n in range(3000))
    return f"base: &base\n{keys}" + _lines(f"m{n}: {{<<: *base, x{n}: y}}" for n in range(3000)) + config("checkout")


def _commands(count: int, body: Callable[[int], str], last: str) -> str:
    """Commands `c0` to the last, each with steps that call the next."""
    made = (f"  c{n}:\n    steps: [{body(n + 1)}]" for n in range(count))
    return f"{HEAD}commands:\n{_lines(made)}  c{count}:\n    steps: [{last}]\n"


def _doubling() -> str:
    def one(n: int) -> str:
        twice = "{p: << parameters.p >><< parameters.p >>}"
        return f"  c{n}:\n    parameters: {{p: {{type: string}}}}\n    steps: [{{c{n + 1}: {twice}}}]"

    last = "  c60:\n    parameters: {p: {type: string}}\n    steps: [run: 'echo << parameters.p >>']\n"
    return f"{HEAD}commands:\n{_lines(one(n) for n in range(60))}{last}{job('c0: {p: xxxxxxxx}')}"


def _matrix(names: int, values: int) -> str:
    lists = ", ".join(f"p{n}: [{', '.join(map(str, range(values)))}]" for n in range(names))
    declared = ", ".join(f"p{n}: {{type: integer}}" for n in range(names))
    return (
        f"{HEAD}jobs:\n  build:\n    parameters: {{{declared}}}\n    {DOCKER}\n    steps: [checkout]\n"
        f"workflows:\n  all:\n    jobs:\n      - build: {{matrix: {{parameters: {{{lists}}}}}}}\n"
    )


def _jobs(count: int, body: Callable[[int], str]) -> str:
    listed = _lines(f"      - {body(n)}" for n in range(count))
    return f"{HEAD}jobs:\n  build:\n    {DOCKER}\n    steps: [checkout]\nworkflows:\n  all:\n    jobs:\n{listed}"


def _edges(count: int) -> str:
    def body(n: int) -> str:
        above = ", ".join(f"j{m}" for m in range(n))
        return f"build: {{name: j{n}, requires: [{above}]}}"

    return _jobs(count, body)


def _filters(pattern: str, key: str = "branches") -> str:
    entry = f"      - build: {{filters: {{{key}: {{only: '/{pattern}/'}}}}}}\n"
    return f"{HEAD}jobs:\n  build:\n    {DOCKER}\n    steps: [checkout]\nworkflows:\n  all:\n    jobs:\n{entry}"


def _when(condition: str) -> str:
    return config("checkout").replace("  all:\n", f"  all:\n    when: {condition}\n")


def _condition(depth: int) -> str:
    nested = "{and: [" * depth + "true" + "]}" * depth
    return config("checkout", f"when: {{condition: {nested}, steps: [checkout]}}")


def _steps(depth: int) -> str:
    nested = "{when: {condition: true, steps: [" * depth + "checkout" + "]}}" * depth
    return config(nested)


def _orbs(depth: int) -> str:
    head, tail = "", ""
    for n in range(depth):
        head += f"orbs: {{o{n}: {{"
        tail += "}}"
    return f"version: 2.1\n{head}commands: {{}}{tail}\n{job('checkout')}"


def _circle(count: int) -> str:
    return _commands(count - 1, lambda n: f"c{n}", "c0") + job("c0")


ALIASES: dict[str, Hostile] = {
    "laughs in lists": Hostile(lambda: HEAD + _laughs("[x, x]", "[{}]") + job("checkout"), "what aliases"),
    "laughs in steps": Hostile(
        lambda: HEAD + _laughs("[checkout]", "[{}]") + job("*a39"), "what aliases and merge keys repeat"
    ),
    "laughs in parameters": Hostile(
        lambda: HEAD + _laughs("[checkout]", "[{}]") + job("when: {condition: *a39, steps: [checkout]}"), "what aliases"
    ),
    "small laughs": Hostile(
        lambda: HEAD + "a: &a [" + "checkout, " * 1000 + "]\n" + "b: &b [" + "*a, " * 20 + "]\n" + job("*b"),
        "more than 5,000 steps",
    ),
    "merges of merges": Hostile(_merges, "what aliases and merge keys repeat"),
    "an alias in itself": Hostile(lambda: HEAD + "a: &a [*a]\n" + job("checkout"), "inside its own anchor"),
    "a long text repeated": Hostile(
        lambda: HEAD + f"a: &a {'x' * 200_000}\n" + job(*["run: *a"] * 2000), "what aliases and merge keys repeat"
    ),
    "many anchors": Hostile(lambda: HEAD + "a:\n" + _lines(f"  - &a{n} x" for n in range(40_000)) + job("checkout")),
}

DEPTHS: dict[str, Hostile] = {
    "brackets": Hostile(lambda: HEAD + "a: " + "[" * 100_000, "nested too deeply"),
    "brackets that close": Hostile(lambda: HEAD + "a: " + "[" * 100_000 + "]" * 100_000, "nested too deeply"),
    "braces": Hostile(lambda: HEAD + "a: " + "{a: " * 100_000, "nested too deeply"),
    "dashes": Hostile(lambda: HEAD + "a:\n  " + "- " * 100_000, "nested too deeply"),
    "indentation": Hostile(lambda: HEAD + _lines(" " * n + "a:" for n in range(2000)), "nested too deeply"),
    "questions": Hostile(lambda: HEAD + "? " * 100_000, "where a key should"),
    "steps in conditions": Hostile(lambda: _steps(80)),
    "lists of steps": Hostile(lambda: config("[" * 200 + "checkout" + "]" * 200)),
    "orbs in orbs": Hostile(lambda: _orbs(100), "more than 50 deep"),
    "conditions": Hostile(lambda: _condition(110), "nests at most 100"),
    "sections": Hostile(
        lambda: config(f"run: 'echo {'<<#pipeline.x>>' * 10_000}'"), "more than 50 sections stand inside one another"
    ),
    "brackets in an expression": Hostile(
        lambda: _when(f"pipeline.number == {'(' * 40_000}1{')' * 40_000}"), "nests deeper than 50"
    ),
    "nots in an expression": Hostile(lambda: _when(f"{'not ' * 20_000}pipeline.number == 1"), "nests deeper than 50"),
    "brackets in a pattern": Hostile(lambda: _filters("(" * 50_000 + "a" + ")" * 50_000), "characters"),
    "brackets in a script": Hostile(lambda: config(f"run: 'echo {'$(' * 20_000}x{')' * 20_000}'")),
    "braces in a script": Hostile(lambda: config(f"run: '{'{ ' * 20_000}x{'; }' * 20_000}'")),
    "expansions in a script": Hostile(lambda: config(f"run: 'echo {'${a:-' * 20_000}x{'}' * 20_000}'")),
    "ifs in a script": Hostile(lambda: config(f"run: '{'if true; then ' * 5_000}x{'; fi' * 5_000}'")),
    "pipes in a script": Hostile(lambda: config(f"run: '{'cat | ' * 20_000}cat'")),
    "commands in commands": Hostile(
        lambda: _commands(2000, lambda n: f"c{n}", "checkout") + job("c0"), "more than 100 deep"
    ),
    "a circle of commands": Hostile(lambda: _circle(50), "calls itself"),
    "a large circle of commands": Hostile(lambda: _circle(5000), "deep"),
}

WIDTHS: dict[str, Hostile] = {
    "50 MB": Hostile(lambda: "# " + "x" * 50_000_000, "larger than 10 MB"),
    "10 MB": Hostile(lambda: "# x\n" * 2_400_000 + config("checkout"), "the limit is 3,145,728"),
    "3 MB of comments": Hostile(lambda: "# x\n" * 700_000 + config("checkout")),
    "a line of 3 MB": Hostile(lambda: config(f"run: 'echo {'x' * 3_000_000}'"), "at most 250,000 letters"),
    "a line of 200 kB": Hostile(lambda: config(f"run: 'echo {'x' * 200_000}'")),
    "a script of 20,000 lines": Hostile(lambda: config("run: |\n" + "          echo line\n" * 20_000)),
    "a million items": Hostile(lambda: config("checkout") + "x: [" + "a," * 1_000_000 + "]\n", "keys and values"),
    "30,000 unknown keys": Hostile(
        lambda: config("checkout") + _lines(f"k{n}: v" for n in range(30_000)), "20,000 things to say"
    ),
    "100,000 unknown steps": Hostile(lambda: config(*(f"s{n}" for n in range(100_000))), "1,000 errors"),
    "100,000 unknown keys in a job": Hostile(
        lambda: config("checkout").replace("    docker", _lines(f"    k{n}: v" for n in range(100_000)) + "    docker"),
        "1,000 errors",
    ),
    "100,000 jobs": Hostile(lambda: _jobs(100_000, lambda _: "build"), "expand to more than"),
    "100,000 unknown jobs": Hostile(lambda: _jobs(100_000, lambda n: f"b{n}"), "Cannot find a definition"),
    "30,000 unused definitions": Hostile(
        lambda: config("checkout").replace("jobs:\n", "jobs:\n" + _lines(f"  j{n}: {{}}" for n in range(30_000)), 1),
        "20,000 things to say",
    ),
    "30,000 edges": Hostile(lambda: _edges(245)),
    "20,000 duplicate keys": Hostile(lambda: config("checkout") + "a: b\n" * 20_000, "stands twice"),
    "two to the power of 40 steps": Hostile(
        lambda: _commands(40, lambda n: f"c{n}, c{n}", "checkout") + job("c0"), "5,000 steps"
    ),
    "two to the power of 40 nothings": Hostile(
        lambda: _commands(40, lambda n: f"c{n}, c{n}", "when: {condition: false, steps: [checkout]}") + job("c0"),
        "5,000 steps",
    ),
    "a text that doubles": Hostile(_doubling, "this one comes to 262,144"),
    "a million combinations": Hostile(lambda: _matrix(6, 10), "1000000 combinations"),
    "endless combinations": Hostile(lambda: _matrix(100, 100), "combinations"),
    "many parameters": Hostile(
        lambda: (
            HEAD
            + "commands:\n  c:\n    parameters:\n"
            + _lines(f"      p{n}: {{type: string, default: x}}" for n in range(3000))
            + "    steps: [run: '"
            + " ".join(f"<< parameters.q{n} >>" for n in range(3000))
            + "']\n"
            + job("c")
        ),
        "Arguments referenced without declared parameters",
    ),
    "many calls of a command with a large default": Hostile(
        lambda: (
            HEAD
            + "commands:\n  c:\n    parameters: {s: {type: steps, default: ["
            + "checkout, " * 3000
            + "]}}\n    steps: [checkout]\n"
            + job(*["c"] * 2000)
        )
    ),
}

LANGUAGES: dict[str, Hostile] = {
    "a pattern that backtracks": Hostile(lambda: _filters("(a+)+(a+)+(a|a)*b")),
    "a pattern of many branches": Hostile(lambda: _filters("|".join(f"a{n}.*" for n in range(50))), "the limit is 256"),
    "a pattern that repeats repetitions": Hostile(lambda: _filters("((a{99}){99}){99}"), "repeats so much"),
    "a long pattern": Hostile(lambda: _filters("a" * 200_000), "the limit is 256"),
    "a pattern that backtracks on a long value": Hostile(
        lambda: config(
            "checkout",
            f"when: {{condition: {{matches: {{pattern: '(a*)*b', value: {'a' * 100_000}}}}}, steps: [checkout]}}",
        )
    ),
    "an expression of 3,000 words": Hostile(lambda: _when(" or ".join(['pipeline.git.branch == "a"'] * 3_000))),
    "many unknowns": Hostile(
        lambda: _when(
            " and ".join(f'(pipeline.git.branch == "b{n}" or pipeline.git.tag == "t{n}")' for n in range(300))
        )
    ),
    "a large number": Hostile(lambda: _when(f"pipeline.number == {'9' * 50_000}")),
    "a large integer": Hostile(
        lambda: config("checkout", f"when: {{condition: {{equal: [{'9' * 100_000}, 1]}}, steps: [checkout]}}")
    ),
    "a large parallelism": Hostile(
        lambda: config("checkout").replace("    docker", f"    parallelism: {'9' * 100_000}\n    docker"),
        "is not between",
    ),
    "a large number as a key": Hostile(lambda: config("checkout") + f"? {'9' * 1000}\n: x\n"),
    "a base-60 number": Hostile(
        lambda: config("checkout").replace("    docker", f"    parallelism: {'1' + ':1' * 50_000}\n    docker"),
        "parallelism",
    ),
    "<< that never closes": Hostile(lambda: config("run: 'cat <<EOF'"), "Unclosed '<<' tag"),
    "<< 80,000 times": Hostile(lambda: config(f"run: 'echo {'<< ' * 80_000}'"), "Unclosed '<<' tag"),
    "<<>> 10,000 times": Hostile(lambda: config(f"run: 'echo {'<< pipeline.number >>' * 10_000}'"), "10,000 values"),
    "sections side by side": Hostile(
        lambda: config(f"run: 'echo {'<<#pipeline.number>>x<</pipeline.number>>' * 5_000}'")
    ),
    "tags of 200 kB": Hostile(lambda: config(f"run: 'echo << {'x' * 200_000} >>'"), "without declared parameters"),
    "quotes that never close": Hostile(lambda: config('run: |\n          echo "' + "a ' \" ` " * 20_000)),
    "here-documents": Hostile(lambda: config("run: |\n" + "          cat \\<<A \\<<B \\<<C\n" * 5_000)),
    "a YAML tag of 100 kB": Hostile(
        lambda: f"%TAG ! tag:{'x' * 100_000}\n---\n{HEAD}" + "a: [" + "!a b, " * 10_000 + "]\n", "the tag"
    ),
}

CHARACTERS: dict[str, Hostile] = {
    "escape": Hostile(lambda: config("checkout") + "a: \x1b[31m\n", "U+001B"),
    "nul": Hostile(lambda: config("checkout") + "a: \x00\n", "the file is binary"),
    "a lone surrogate": Hostile(lambda: config('run: "\\ud800"'), "invalid Unicode"),
    "nul in a script": Hostile(lambda: config('run: "echo \\0 x"')),
    "escape in a script": Hostile(lambda: config('run: "echo \\e[31m x"')),
    "names that steer the terminal": Hostile(
        lambda: config("checkout").replace("jobs: [build]", 'jobs: [build: {name: "x\\e[31m\\e]0;t\\a\\n# y\\u202Ez"}]')
    ),
    "keys that steer the terminal": Hostile(lambda: config("checkout") + '"a\\e[2J\\n::error::b": c\n'),
    "a job that does not exist": Hostile(
        lambda: config("checkout").replace("jobs: [build]", 'jobs: ["x\\e[31m\\u202E\\ny"]'), "Cannot find a definition"
    ),
    "line ends in a name": Hostile(
        lambda: config("checkout").replace("jobs: [build]", 'jobs: [build: {name: "a\\n  - step:\\n\\r\\u2028 b"}]')
    ),
    "line ends in an image": Hostile(lambda: config("checkout").replace("alpine", '"alpine\\n# x\\ry"')),
    "line ends in a step": Hostile(lambda: config('"a\\nb": {}'), "Cannot find a definition"),
}

ALL: dict[str, Hostile] = ALIASES | DEPTHS | WIDTHS | LANGUAGES | CHARACTERS
