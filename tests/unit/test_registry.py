"""Orbs from the registry: fetched over HTTP, looked at, kept and pinned; nothing is written where that fails."""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrate.cli import main, orb_lock, registry
from migrate.cli.orb_cache import Cache, cache
from migrate.cli.orb_lock import Pin
from migrate.cli.registry import Limits
from tests.registry import (
    Answer,
    Registry,
    dripping,
    dripping_head,
    nothing,
    orb,
    raw,
    reply,
    serving,
    silent,
    status,
)

PAINT = """\
description: Paint things
commands:
  walls:
    parameters: {colour: {type: string, default: white}}
    steps: [run: echo << parameters.colour >>]
"""
HOUSE = "orbs: {paint: acme/paint@1.2.3}\njobs: {build: {docker: [{image: x}], steps: [paint/walls]}}\n"
CONFIG = """\
version: 2.1
orbs: {paint: acme/paint@1, house: acme/house@2.0.0}
jobs: {test: {docker: [{image: x}], steps: [paint/walls: {colour: green}]}}
workflows: {main: {jobs: [test, house/build]}}
"""
LIMITS = Limits(connect=5, read=5, overall=20, attempts=3, pause=0.01, size=100_000)
IMPATIENT = {
    "slow": LIMITS._replace(read=0.2),
    "an endless body": LIMITS._replace(overall=0.8),
    "an endless head": LIMITS._replace(overall=0.8),
}
"""The limits of the tests, and of those that wait for the end of somebody's patience."""


@pytest.fixture(autouse=True)
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A registry with three orbs, which is the one that is asked; an empty cache; an empty current directory."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("CIRCLE2BB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(registry, "LIMITS", LIMITS)
    with serving() as running:
        running.publish("acme/paint@1.2.3", "1.2.3", PAINT)
        running.publish("acme/paint@1", "1.3.0", PAINT.replace("white", "cream"))
        running.publish("acme/house@2.0.0", "2.0.0", HOUSE)
        monkeypatch.setenv("CIRCLE2BB_ORB_REGISTRY", running.url)
        yield running


def run(*arguments: str) -> Result:
    """Call the command; a traceback fails the test, and so does a bug."""
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code != 4, result.output
    return result


def written(folder: Path) -> dict[str, bytes]:
    """The files below a folder, by path; the guard of the lock file counts as none."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".guard")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def pins(path: str = "circle2bb.lock") -> dict[str, dict[str, str]]:
    """What a lock file holds."""
    document = json.loads(Path(path).read_text(encoding="utf-8"))
    assert document["schema"] == 1
    found = document["orbs"]
    assert isinstance(found, dict)
    assert list(found) == sorted(found)
    return found


def sha256(text: str) -> str:
    """The digest that a lock file holds of a source."""
    return hashlib.sha256(text.encode()).hexdigest()


def test_an_orb_is_cached_and_pinned(server: Registry, tmp_path: Path) -> None:
    """One request; the source is in the cache byte for byte, and the lock file says which it is."""
    result = run("orbs", "fetch", "acme/paint@1.2.3")

    assert result.exit_code == 0, result.output
    assert server.asked == ["acme/paint@1.2.3"]
    assert written(tmp_path / "cache") == {"acme/paint@1.2.3.yml": PAINT.encode()}
    assert pins() == {"acme/paint@1.2.3": {"version": "1.2.3", "sha256": sha256(PAINT)}}
    assert "acme/paint@1.2.3: 1.2.3" in result.stdout


def test_the_orbs_of_an_orb_come_along(server: Registry, tmp_path: Path) -> None:
    """What an orb imports is fetched as well; again, there is nothing left to ask."""
    run("orbs", "fetch", "acme/house@2.0.0")

    assert server.asked == ["acme/house@2.0.0", "acme/paint@1.2.3"]
    assert sorted(written(tmp_path / "cache")) == ["acme/house@2.0.0.yml", "acme/paint@1.2.3.yml"]
    assert sorted(pins()) == ["acme/house@2.0.0", "acme/paint@1.2.3"]
    before = Path("circle2bb.lock").read_bytes()
    assert run("orbs", "fetch", "acme/house@2.0.0").exit_code == 0
    assert len(server.asked) == 2
    assert Path("circle2bb.lock").read_bytes() == before


def test_the_next_run_is_offline_and_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A conversion fetches what it needs; a second one, when there is no registry any more, writes the same bytes."""
    Path("config.yml").write_text(CONFIG, encoding="utf-8")
    with serving() as passing:
        passing.publish("acme/paint@1", "1.3.0", PAINT)
        passing.publish("acme/paint@1.2.3", "1.2.3", PAINT)
        passing.publish("acme/house@2.0.0", "2.0.0", HOUSE)
        monkeypatch.setenv("CIRCLE2BB_ORB_REGISTRY", passing.url)
        first = run("convert", "config.yml", "--fetch-orbs")
        assert sorted(passing.asked) == ["acme/house@2.0.0", "acme/paint@1", "acme/paint@1.2.3"]
    before = written(Path())

    assert first.exit_code == 0, first.output
    assert b"echo green" in before["output/bitbucket-pipelines.yml"]
    assert b"acme/house@2.0.0:2, job house/build" in before["output/bitbucket-pipelines.yml"]
    assert pins()["acme/paint@1"] == {"version": "1.3.0", "sha256": sha256(PAINT)}
    for again in (("convert", "config.yml", "--force"), ("convert", "config.yml", "--force", "--fetch-orbs")):
        result = run(*again)
        assert (result.exit_code, result.stdout) == (0, first.stdout)
        assert written(Path()) == before


def test_nothing_is_asked_unasked(server: Registry, tmp_path: Path) -> None:
    """Without --fetch-orbs no request is made and nothing is cached; the note says how to come by the source."""
    Path("config.yml").write_text(CONFIG, encoding="utf-8")
    result = run("convert", "config.yml")

    assert result.exit_code == 1
    assert "'circle2bb orbs fetch acme/paint@1' fetches its source" in result.stderr
    assert (server.asked, written(tmp_path / "cache"), Path("circle2bb.lock").exists()) == ([], {}, False)


def test_a_conversion_does_not_load_the_client() -> None:
    """Who fetches nothing does not wait until the HTTP client is loaded."""
    Path("config.yml").write_text(CONFIG, encoding="utf-8")
    code = (
        "import sys; from click.testing import CliRunner; from migrate.cli import main;"
        "CliRunner().invoke(main, ['convert', 'config.yml', '--quiet']); print('httpx' in sys.modules)"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r}); {code}"],
                          capture_output=True, text=True, check=True)  # fmt: skip

    assert done.stdout.strip() == "False", done.stderr
    assert Path("output/bitbucket-pipelines.yml").is_file()


FAILURES: dict[str, tuple[list[Answer], int, str]] = {
    "no such orb": ([nothing], 1, "no such orb, or it is private"),
    "404": ([status(404)], 1, "404 Not Found"),
    "403": ([status(403)], 1, "403 Forbidden"),
    "500 for ever": ([status(500)], 3, "500 Internal Server Error; it was asked 3 times"),
    "429, to wait too long": ([status(429, Retry_After="3600")], 1, "429 Too Many Requests; it was asked 1 times"),
    "429, to wait until a day": (
        [status(429, Retry_After=formatdate(time.time() + 86400, usegmt=True))],
        1,
        "429 Too Many Requests",
    ),
    "slow": ([silent], 3, "it did not answer in time; it was asked 3 times"),
    "an endless body": ([dripping], 1, "no whole answer within 0.8 seconds"),
    "an endless head": ([dripping_head], 1, "no whole answer within 0.8 seconds"),
    "truncated": ([raw(b'{"data": ', 500)], 3, "cut short"),
    "cut JSON": ([raw(b'{"data": {"orbVersion"')], 1, "no JSON, or was cut short"),
    "nested without end": ([raw(b"[" * 90_000)], 1, "no JSON, or was cut short"),
    "garbage": ([raw(b"\x00\xff\xfe<html>")], 1, "no JSON, or was cut short"),
    "another document": ([reply([1, 2])], 1, "there is no 'data' with 'orbVersion' in it"),
    "an error": ([reply({"errors": [{"message": "no\n\x1b[31mway"}], "data": None})], 1, "it says 'no ?[31mway'"),
    "a wrong name": ([orb("evil/paint", "1.2.3", PAINT)], 1, "another orb: 'evil/paint'"),
    "a wrong version": ([orb("acme/paint", "1.2.4", PAINT)], 1, "in the version '1.2.4'"),
    "no version": ([orb("acme/paint", None, PAINT)], 1, "in the version 'None'"),
    "a version that is a path": ([orb("acme/paint", "../../1.2.3", PAINT)], 1, "in the version '../../1.2.3'"),
    "a source that is no text": ([orb("acme/paint", "1.2.3", {"a": 1})], 1, "the source is none: it is no text"),
    "a source that is no YAML": ([orb("acme/paint", "1.2.3", "a: [")], 1, "the source is none: source:"),
    "a source that is a list": ([orb("acme/paint", "1.2.3", "[1]")], 1, "it is no YAML mapping"),
    "half a character": ([orb("acme/paint", "1.2.3", "a: \ud800")], 1, "half a character"),
    "oversized": ([orb("acme/paint", "1.2.3", f"a: {'x' * 200_000}")], 1, "larger than 100000 bytes"),
    "a redirect": ([status(302, Location="http://elsewhere.example/x")], 1, "302 Found, to 'http://elsewhere.example"),
}
"""What the server answers, how often it is asked, and a part of the one line that is said."""


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("command", ["fetch", "convert"])
def test_a_failure_is_one_line(
    name: str, command: str, server: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says which orb, from where, why and what to do; 3; nothing is written, not even what came before it."""
    answers, times, said = FAILURES[name]
    limits = IMPATIENT.get(name, LIMITS)
    monkeypatch.setattr(registry, "LIMITS", limits)
    server.answers["acme/paint@1.2.3"] = list(answers)
    Path("config.yml").write_text(CONFIG.replace("acme/paint@1,", "acme/paint@1.2.3,"), encoding="utf-8")
    before = written(tmp_path)
    started = time.monotonic()
    if command == "fetch":
        result = run("orbs", "fetch", "acme/house@2.0.0")
    else:
        result = run("convert", "config.yml", "--fetch-orbs")

    assert server.asked.count("acme/paint@1.2.3") == times * (
        2 if name == "no such orb" and command == "convert" else 1
    )
    assert said in result.stderr
    assert "acme/paint@1.2.3" in result.stderr
    assert time.monotonic() - started < limits.overall + 5
    if name == "no such orb" and command == "convert":  # an answer, and no failure: the step fails loudly instead
        assert result.exit_code == 1
        return
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (3, "", 1)
    assert result.stderr.startswith("circle2bb: error: the orb acme/paint@1.2.3 was not fetched")
    assert "--orb-source" in result.stderr
    assert written(tmp_path) == before


@pytest.mark.parametrize(
    "first",
    [status(500), status(503), status(429, Retry_After="0"), raw(b"{", 99)],
    ids=["500", "503", "429", "truncated"],
)
def test_what_passes_is_asked_again(first: Answer, server: Registry) -> None:
    """A failure that may pass does no harm if it does."""
    server.answers["acme/paint@1.2.3"].insert(0, first)

    assert run("orbs", "fetch", "acme/paint@1.2.3").exit_code == 0
    assert server.asked == ["acme/paint@1.2.3"] * 2


def test_a_registry_that_is_not_there() -> None:
    """Nobody listens: one line, 3."""
    with serving() as gone:
        url = gone.url
    result = CliRunner(env={"CIRCLE2BB_ORB_REGISTRY": url}).invoke(main, ["orbs", "fetch", "acme/paint@1.2.3"])

    assert result.exit_code == 3
    assert f"was not fetched from {url}: it cannot be reached" in result.stderr


@pytest.mark.parametrize("address", ["ftp://x/y", "nonsense", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none(address: str) -> None:
    """The registry is asked over HTTP, or not at all."""
    result = CliRunner(env={"CIRCLE2BB_ORB_REGISTRY": address}).invoke(main, ["orbs", "fetch", "acme/paint@1.2.3"])

    assert result.exit_code == 2
    assert "CIRCLE2BB_ORB_REGISTRY" in result.stderr


@pytest.mark.parametrize(
    "text", ["acme/paint", "acme/paint@x.y", "paint@1", "https://example.org/orb.yml", "a/b@1.2.3.4"]
)
def test_a_malformed_reference_is_wrong_usage(text: str, server: Registry) -> None:
    """It is never sent anywhere."""
    result = run("orbs", "fetch", text)

    assert result.exit_code == 2
    assert text in result.stderr
    assert server.asked == []


def test_a_pin_outlives_a_new_version(server: Registry, tmp_path: Path) -> None:
    """A partial version stays what it was, on another machine too, until --upgrade asks for the newest."""
    run("orbs", "fetch", "acme/paint@1")
    server.publish("acme/paint@1", "1.4.0", "commands: {}\n")
    server.publish("acme/paint@1.3.0", "1.3.0", PAINT.replace("white", "cream"))
    for path in (tmp_path / "cache" / "acme").iterdir():
        path.unlink()

    again = run("orbs", "fetch")
    assert again.exit_code == 0, again.output
    assert server.asked == ["acme/paint@1", "acme/paint@1.3.0"]
    assert pins()["acme/paint@1"]["version"] == "1.3.0"
    assert run("orbs", "fetch", "--upgrade", "acme/paint@1").exit_code == 0
    assert pins() == {"acme/paint@1": {"version": "1.4.0", "sha256": sha256("commands: {}\n")}}


def test_a_label_that_moved_is_told(server: Registry, tmp_path: Path) -> None:
    """Another source for what is pinned is refused, with the command that takes it."""
    server.publish("acme/paint@dev:x/../y", "dev:x/../y", PAINT)
    run("orbs", "fetch", "acme/paint@dev:x/../y")
    (name,) = written(tmp_path / "cache")
    assert name.startswith("acme/paint@dev-")
    (tmp_path / "cache" / name).unlink()
    server.publish("acme/paint@dev:x/../y", "dev:x/../y", "commands: {}\n")

    result = run("orbs", "fetch", "acme/paint@dev:x/../y")
    assert result.exit_code == 3
    assert sha256(PAINT) in result.stderr
    assert "'circle2bb orbs fetch --upgrade acme/paint@dev:x/../y'" in result.stderr
    assert written(tmp_path / "cache") == {}
    assert run("orbs", "fetch", "--upgrade", "acme/paint@dev:x/../y").exit_code == 0
    assert pins()["acme/paint@dev:x/../y"]["sha256"] == sha256("commands: {}\n")


def test_a_cache_that_was_changed_is_not_used(server: Registry, tmp_path: Path) -> None:
    """A cached source with another digest is refused; fetching it again mends it."""
    Path("config.yml").write_text(CONFIG, encoding="utf-8")
    run("convert", "config.yml", "--fetch-orbs")
    (tmp_path / "cache" / "acme" / "paint@1.3.0.yml").write_text("commands: {}\n", encoding="utf-8")

    result = run("convert", "config.yml", "--force")
    assert result.exit_code == 3
    assert "'circle2bb orbs fetch acme/paint@1' fetches it again" in result.stderr
    server.publish("acme/paint@1.3.0", "1.3.0", PAINT.replace("white", "cream"))
    assert run("orbs", "fetch", "acme/paint@1").exit_code == 0
    assert run("convert", "config.yml", "--force").exit_code == 0


def test_what_is_pinned_and_not_cached_is_told(server: Registry, tmp_path: Path) -> None:
    """The note names the command that fetches it, with the lock file of that repository."""
    Path("there").mkdir()
    Path("there/config.yml").write_text(CONFIG, encoding="utf-8")
    run("convert", "there/config.yml", "--fetch-orbs")
    assert sorted(pins("there/circle2bb.lock")) == ["acme/house@2.0.0", "acme/paint@1", "acme/paint@1.2.3"]
    (tmp_path / "cache" / "acme" / "paint@1.3.0.yml").unlink()

    result = run("convert", "there/config.yml", "--force")
    assert result.exit_code == 1
    assert "circle2bb.lock pins it, and it is not in the cache" in result.stderr
    assert "'circle2bb orbs fetch --lock there/circle2bb.lock acme/paint@1' fetches its source" in result.stderr


BAD_LOCKS = {
    "no JSON": "{",
    "a list": "[]",
    "another schema": '{"schema": 9, "orbs": {}}',
    "a version that is not meant": '{"schema": 1, "orbs": {"a/b@1": {"version": "2.0.0", "sha256": "%s"}}}'
    % ("0" * 64),
    "a version that is a path": '{"schema": 1, "orbs": {"a/b@1": {"version": "1/../x", "sha256": "%s"}}}' % ("0" * 64),
    "no digest": '{"schema": 1, "orbs": {"a/b@1": {"version": "1.0.0", "sha256": "x"}}}',
    "no reference": '{"schema": 1, "orbs": {"b": {"version": "1.0.0", "sha256": "%s"}}}' % ("0" * 64),
    "a row that is none": '{"schema": 1, "orbs": {"a/b@1": 7}}',
}


@pytest.mark.parametrize("name", BAD_LOCKS)
def test_a_broken_lock_file_is_refused(name: str, server: Registry) -> None:
    """It is never written over; the line names it."""
    Path("circle2bb.lock").write_text(BAD_LOCKS[name], encoding="utf-8")
    result = run("orbs", "fetch", "acme/paint@1.2.3")

    assert result.exit_code == 3
    assert result.stderr.startswith("circle2bb.lock: error: ")
    assert Path("circle2bb.lock").read_text(encoding="utf-8") == BAD_LOCKS[name]
    assert server.asked == []


def test_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    """Many runs add to one lock file; all of it is there at the end."""
    here = Path("circle2bb.lock")
    rows = {f"acme/paint@1.0.{n}": Pin(f"1.0.{n}", "0" * 64) for n in range(24)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda row: orb_lock.update(here, dict([row]), Cache(tmp_path / "cache")), rows.items()))

    assert orb_lock.read(here).pins == rows


def test_a_lock_file_that_cannot_be_written(server: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and no half of a file."""
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    result = run("orbs", "fetch", "acme/paint@1.2.3")

    assert result.exit_code == 3
    assert "cannot be written: Permission denied" in result.stderr
    assert written(Path()) == {}


HOME = "/h/.cache/circle2bb/orbs"


@pytest.mark.parametrize(
    ("own", "base", "expected"), [("/c", "/x", "/c"), ("", "/x", "/x/circle2bb/orbs"), ("", "", HOME), ("", "x", HOME)]
)
def test_where_the_cache_is(own: str, base: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """CIRCLE2BB_CACHE, else below XDG_CACHE_HOME if that is absolute, else below the home directory."""
    monkeypatch.setenv("CIRCLE2BB_CACHE", own)
    monkeypatch.setenv("XDG_CACHE_HOME", base)
    monkeypatch.setenv("HOME", "/h")

    assert cache() == Cache(Path(expected))


def test_who_has_no_home_has_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container whose user has no home the cache is as short-lived as the container."""

    def homeless() -> Path:
        message = "Could not determine home directory."
        raise RuntimeError(message)

    monkeypatch.setenv("CIRCLE2BB_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setattr(Path, "home", homeless)
    assert cache() == Cache(Path(tempfile.gettempdir()) / "circle2bb" / "orbs")


@pytest.mark.skipif(sys.platform == "win32", reason="links want a privilege there")
def test_a_lock_file_that_is_a_link_stays_one(server: Registry, tmp_path: Path) -> None:
    """What it leads to is written, and nothing else."""
    (tmp_path / "kept.lock").write_text('{"schema": 1, "orbs": {}}', encoding="utf-8")
    Path("circle2bb.lock").symlink_to(tmp_path / "kept.lock")

    assert run("orbs", "fetch", "acme/paint@1.2.3").exit_code == 0
    assert Path("circle2bb.lock").is_symlink()
    assert list(pins(str(tmp_path / "kept.lock"))) == ["acme/paint@1.2.3"]


@pytest.mark.parametrize("path", ["cache", "cache/.guard"])
def test_a_cache_that_cannot_be_written(path: str, server: Registry, tmp_path: Path) -> None:
    """One line that names it, and no pin of what is not there."""
    place = tmp_path / path
    if path == "cache":
        place.write_text("", encoding="utf-8")
    else:
        place.mkdir(parents=True)
    result = run("orbs", "fetch", "acme/paint@1.2.3")

    assert result.exit_code == 3
    assert (tmp_path / "cache").as_posix() in result.stderr
    assert "cannot be" in result.stderr
    assert not Path("circle2bb.lock").exists()
