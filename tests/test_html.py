"""The page: every line knows its counterpart and its fate, and nothing that a user wrote is taken for a tag."""

import json
import re
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path

import pytest

from migrate import Source, convert
from migrate.diagnostics import Fate
from migrate.report import html
from migrate.report.html.sides import Sides, sides
from migrate.report.summary import Summary, summarise
from tests.golden import CHOICES, Config, configs

FILE = ".circleci/config.yml"
CONFIG = """\
version: 2.1
orbs:
  own:
    commands:
      greet:
        steps: [{run: echo hello}]
commands:
  build:
    parameters: {to: {type: string}}
    steps:
      - run:
          name: Build
          no_output_timeout: 20m
          command: |
            make << parameters.to >>
            # not a comment of the config
            make check
common: &common
  - run: echo common

# a comment
jobs:
  one:
    docker: [{image: 'cimg/base:current'}]
    resource_class: large
    parameters: {to: {type: string, default: a}}
    steps:
      - checkout
      - build: {to: << parameters.to >>}
      - own/greet
      - *common
      - run: {command: echo always, when: always}
  mac:
    macos: {xcode: 15.0.0}
    steps: [run: make mac]
  never:
    docker: [{image: alpine}]
    steps: [run: make never]
workflows:
  main:
    jobs:
      - one: {matrix: {parameters: {to: [a, b]}}}
      - mac
"""


def summary(text: str = CONFIG, choices: str = "", files: tuple[str, ...] = ()) -> Summary:
    """The summary of a conversion that was not refused."""
    chosen = Source(CHOICES, choices) if choices else None
    outcome = convert(Source(FILE, text), chosen, has_file=files.__contains__)
    assert outcome.text is not None, [str(note) for note in outcome.notes]
    return summarise(outcome, "1.2.3")


def line_of(said: str, text: str = CONFIG) -> int:
    """The first line of the config that says something."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if said in line)


def _from(both: Sides, said: str) -> list[tuple[int, ...]]:
    """The first lines of the places that the lines of the result come of which say something, and of their ways."""
    lines = [number for number, line in enumerate(both.target.lines, 1) if said in line]
    found = (one for line in lines for one in both.origins[line])
    return [(one.lines.first, *(place.first for place in one.way)) for one in found]


def test_lines_of_scripts_come_of_the_very_lines() -> None:
    """Through a matrix, a command, an orb and an anchor: the line itself, then the way to it from the workflow."""
    both = sides(summary())
    entry, job = line_of("- one:"), line_of("  one:")

    call = line_of("- build: {to")
    step = line_of("- run:")
    assert _from(both, "make check") == [(line_of("make check"), entry, job, call, step)] * 2
    assert _from(both, "make a") == [(step, entry, job, call)]
    assert {found[0] for found in _from(both, "echo hello")} == {line_of("echo hello")}
    assert {found[0] for found in _from(both, "echo common")} == {line_of("echo common")}


def test_keys_come_of_the_keys_that_they_stand_for() -> None:
    """The image of `docker`, the size of `resource_class`; a start condition of the workflow's entries."""
    both = sides(summary(choices="sizes: map\n"))

    assert [found[0] for found in _from(both, "image: cimg")] == [line_of("docker:")]
    assert {found[0] for found in _from(both, "size: ")} == {line_of("resource_class")}
    assert {found[0] for found in _from(both, "- step: *")} == {line_of("- one:")}


def test_conditions_and_gates_come_of_the_workflow() -> None:
    """A filter and an approval stand in the entry, not in the job."""
    text = CONFIG.replace(
        "      - mac\n",
        "      - ask: {type: approval}\n      - never: {requires: [ask], filters: {branches: {only: main}}}\n",
    )
    both = sides(summary(text, "style: triggers\n"))

    assert {found[0] for found in _from(both, "trigger: manual")} == {line_of("- never:", text)}
    assert {found[0] for found in _from(both, "BITBUCKET_BRANCH ==")} == {line_of("- never:", text)}


@pytest.mark.parametrize(
    ("said", "fate"),
    [
        ("make check", Fate.KEPT),
        ("# not a comment", Fate.KEPT),
        ("make <<", Fate.REWRITTEN),
        ("no_output_timeout", Fate.DROPPED),
        ("name: Build", Fate.REWRITTEN),
        ("make mac", Fate.DROPPED),
        ("make never", Fate.DROPPED),
        ("version: 2.1", Fate.REWRITTEN),
        ("# a comment", None),
    ],
)
def test_lines_have_fates(said: str, fate: Fate | None) -> None:
    """What is left out with its job, or with a key of a step that stays, is told apart from what is written anew."""
    (lines,) = sides(summary()).lines

    assert lines[line_of(said) - 1].fate == fate


@pytest.mark.parametrize("config", list(configs()), ids=lambda config: config.id)
def test_every_line_has_a_fate_and_every_line_a_source(config: Config) -> None:
    """Blank lines and comments aside; what the converter says of itself comes of the line that it stands above."""
    outcome = config.convert()
    if outcome.text is None:
        return
    choices = Source(CHOICES, config.choices) if config.choices else None
    files = [Source(*one) for one in config.files if one[0].endswith(".yml")]
    both = sides(summarise(outcome, "1.2.3"), files, choices)

    for source, lines in list(zip(both.sources, both.lines, strict=True))[: len(files) + 1]:
        assert len(lines) == len(source.lines)
        assert [n for n, line in enumerate(lines, 1) if line.fate is None] == sorted(source.bare)
    without = [line for n, line in enumerate(both.target.lines, 1) if line.strip() and not both.origins.get(n)]
    assert not without


def test_a_config_that_never_runs_has_a_page() -> None:
    """What stands in for it comes of the config as a whole."""
    never = CONFIG.replace("  main:\n", "  main:\n    when: false\n")
    both = sides(summary(never))

    assert all(both.origins.get(n) for n, line in enumerate(both.target.lines, 1) if line.strip())


class _Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and the text outside of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[tuple[str, str]] = set()
        self.text: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag."""
        self.inside = tag
        self.tags |= {(tag, name) for name, _ in attrs} | {(tag, "")}

    def handle_data(self, data: str) -> None:
        """Remember a text."""
        if self.inside not in {"script", "style"}:
            self.text.append(data)


HOSTILE = "</script><img src=x onerror=alert(1)>'\\\"&lt;\u202e]]>-->"
NASTY = """\
jobs:
  build:
    docker: [{image: "alpine:%s"}]
    environment: {A: "%s"}
    steps: [{run: {name: "%s", command: "echo '%s'"}}, {save_cache: {key: "%s", paths: ["%s"]}}]
version: 2.1
workflows: {"%s": {jobs: [{build: {name: "%s", context: "%s", filters: {branches: {only: "%s"}}}}]}}
"""


def test_no_text_of_the_user_is_taken_for_a_tag() -> None:
    """Names, commands, keys, contexts, branches: the page of a hostile config has the tags of a harmless one."""
    hostile, harmless = (summary(NASTY.replace("%s", word)) for word in (HOSTILE, "word"))
    page, plain = html.render(hostile), html.render(harmless)

    assert not _Tags(page).tags - _Tags(plain).tags - {("code", "")}
    assert page.count("</script>") == plain.count("</script>")
    assert "\u202e" not in page
    assert "onerror=alert(1)>'" in "".join(_Tags(page).text)


def test_the_ledger_tells_what_the_markdown_tells() -> None:
    """Each entry with its job and its place, which leads to the line; codes with why and where it is documented."""
    page = html.render(summary())
    text = " ".join("".join(_Tags(page).text).split())

    assert "no_output_timeout: 20m has no counterpart and is dropped" in text
    assert f'href="#s0-{line_of("- run:")}"' in page
    for note in (one.note for one in summary().remarks):
        assert " ".join(note.detail.replace("'", "").split()) in text.replace("'", "")
        assert f'data-code="{note.code.id}"' in page
        assert all(f'href="{url}"' in page for url in note.code.urls)


def _table(page: str) -> list[list[str]]:
    """The rows of the first truth table: the event, and what is said of each job."""
    body = page.partition('id="events"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    cells = re.compile(r'(?<=<th scope="row">).*?(?=</th>)|(?<=<i>).*?(?=</i>)')
    return [cells.findall(row) for row in body.split("<tr>")[1:]]


def test_the_truth_table_says_what_runs() -> None:
    """In words for who hears it, in signs for who sees it; what differs is explained below."""
    page = html.render(summary())

    assert _table(page) == [
        ["push to main (and 6 more)", "runs", "CircleCI: runs; Bitbucket: does not run"],
        ["tag v1.2.3 (and 4 more)", "does not run", "does not run"],
    ]
    assert "explained by <code>executor-dropped</code>" in page


def test_a_large_truth_table_is_folded() -> None:
    """The first events are seen, the rest opens at a click; jobs that share a column are all named somewhere."""
    branches = "".join(f"      - one: {{name: job{n}, filters: {{branches: {{only: b{n}}}}}}}\n" for n in range(60))
    page = html.render(summary(CONFIG.partition("      - one:")[0] + branches))

    assert re.search(r"<summary>\d\d more events</summary>", page)
    assert len(_table(page)) == 25
    assert all(f"<code>job{n}</code>" in page.partition('id="events"')[2] for n in range(60))


ORDER = """\
version: 2.1
jobs:
  build: &job {docker: [{image: alpine}], steps: [{run: make}]}
  test: *job
  docs: *job
  site: *job
  mac: {macos: {xcode: 15.0.0}, steps: [{run: make}]}
workflows:
  w:
    jobs:
      - build
      - test: {requires: [build]}
      - docs
      - ask: {type: approval, requires: [docs]}
      - site: {requires: [ask]}
      - test: {name: last, requires: [site]}
      - mac
"""


def test_each_job_has_its_fate_and_its_lines() -> None:
    """With a link to either side, and the start conditions that run it."""
    page = html.render(summary(ORDER))
    rows = page.partition('id="jobs"')[2].partition("</section>")[0].split("<tr>")[2:]

    assert len(rows) == 7
    assert f'href="#s0-{line_of("  docs:", ORDER)}"' in rows[2]
    assert re.search(r'href="#t\d+">line \d+<', rows[2])
    assert "<code>default</code>" in rows[2]
    assert "dropped" in rows[6]
    assert "nowhere" in rows[6]


def test_what_could_be_chosen_is_there_to_copy() -> None:
    """The lines of the choices file, as the Markdown has them."""
    found = summary(files=("pyproject.toml",))
    page = html.render(found)

    assert found.suggestions
    for one in found.suggestions:
        assert all(f"<code>{line}</code>" in page.partition('id="choices"')[2] for line in one.lines.split("\n"))


def _boxes(page: str, picture: int) -> dict[str, set[str]]:
    """The boxes of a picture by their names, with their classes."""
    svg = page.split("<svg ")[1 + picture].partition("</svg>")[0]
    found = re.findall(r'<g class="box ?([^"]*)">.*?<text [^>]*class="name">(.*?)</text>', svg)
    return {name: set(kinds.split()) for kinds, name in found}


def test_the_pictures_show_the_longest_chain_and_who_waits() -> None:
    """What CircleCI's time depends on, what is left out and asked; who waits for strangers, what a person starts."""
    page = html.render(summary(ORDER))

    assert _boxes(page, 0) == {
        "build": set(),
        "test": set(),
        "docs": {"chain"},
        "ask": {"gate", "chain"},
        "site": {"held", "chain"},
        "last": {"chain"},
        "mac": {"dropped"},
    }
    after = _boxes(page, 1)
    assert "waits" in after["test"]
    assert "held" in after["site"]
    assert "The longest chain: <code>docs</code> → <code>ask</code> → <code>site</code> → <code>last</code>." in page


def test_lines_that_follow_from_others_are_not_drawn() -> None:
    """Who waits for the last of a chain waits for all of it; the words say what is required."""
    text = ORDER.replace("last, requires: [site]", "last, requires: [docs, ask, site, build]")
    page = html.render(summary(text))
    svg = page.split("<svg ")[1].partition("</svg>")[0]

    assert svg.count("<path ") == 5
    assert "<li><code>last</code> waits for <code>docs</code>, <code>ask</code>, <code>site</code>, <code>build" in page


def test_the_pictures_have_words() -> None:
    """For who does not see them: what each job waits for, the steps in their order, who waits for strangers."""
    page = html.render(summary(ORDER))

    assert "<li><code>site</code> waits for <code>ask</code></li>" in page
    assert re.search(r"<code>test</code> waits without need for <code>docs</code>", page)
    assert page.count('role="img" aria-label="') == page.count("<svg ")


def test_what_is_too_large_to_be_drawn_is_told_in_words() -> None:
    """Nobody sees anything in a picture of hundreds of boxes."""
    entries = "".join(f"      - build: {{name: b{n}}}\n" for n in range(201))
    page = html.render(summary(ORDER.partition("      - build")[0] + entries))

    assert 'aria-label="Workflow w' not in page
    assert "<code>b200</code> waits for nothing" in page


SECRETS = """\
version: 2.1
jobs:
  build:
    docker: [{image: alpine}]
    environment:
      API_TOKEN: 4f3a9b2c7d1e8a6b
      OTHER_TOKEN: "4f3a9b2c7d1e\\x38a6c"
      THIRD_TOKEN: >-
        4f3a9b2c7d1e8a6d
    steps:
      - run: deploy --token=4f3a9b2c7d1e8a6e
workflows: {main: {jobs: [build]}}
"""


def test_secrets_are_masked() -> None:
    """Wherever they stand, in the source as in the result, as they are or spelt with escapes."""
    page = html.render(summary(SECRETS))

    assert "4f3a9b2c7d1e" not in page
    assert page.count("***") >= 8


def test_the_data_of_the_script_fit_the_page() -> None:
    """Each line of the result has a list, and every range is one of lines that are there."""
    page = html.render(summary())
    found = re.search(r'<script type="application/json" id="lines">(.*?)</script>', page)
    assert found
    data = json.loads(found[1])

    assert len(data["result"]) == page.count("id=t")
    assert all(0 <= first <= last <= CONFIG.count("\n") for _, first, last in data["ranges"])
    assert {one for some in data["result"] for one in some} == set(range(len(data["origins"])))
    assert set(chain.from_iterable(data["origins"])) == set(range(len(data["ranges"])))


def test_the_same_input_gives_the_same_page() -> None:
    """And the page asks for nothing that is not in it."""
    page = html.render(summary())

    assert page == html.render(summary())
    addresses = re.findall(r'<([a-z]+)[^<>]* (?:src|href)="([^"]*)"', page)
    assert {tag for tag, _ in addresses} == {"a"}
    assert all(address.startswith(("#", "https://")) for _, address in addresses)
    assert not re.search(r"@import|url\(", Path(html.__file__).with_name("page.css").read_text(encoding="utf-8"))
