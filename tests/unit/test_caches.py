"""Cache keys: what of CircleCI's templates can be part of a Bitbucket cache."""

import pytest

from migrate.lower.caches.keys import Key, parse_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("deps", Key("deps", (), ())),
        ('deps-{{ checksum "a.lock" }}', Key("deps", ("a.lock",), ())),
        ('deps-v1-{{checksum "a.lock"}}', Key("deps-v1", ("a.lock",), ())),
        ('{{ checksum "a" }}-x-{{ checksum "b/c" }}', Key("x", ("a", "b/c"), ())),
        ('{{ checksum "a.lock" }}', Key("cache", ("a.lock",), ())),
        ('Deps_V2-{{ arch }}-{{ checksum "a" }}', Key("deps-v2", ("a",), ())),
        ("x-{{ .Branch }}-{{ epoch }}", Key("x", (), ("{{ .Branch }}", "{{ epoch }}"))),
        ("x-{{ .Environment.CACHE }}", Key("x", (), ("{{ .Environment.CACHE }}",))),
        ("x-{{ .Revision }}-y", Key("x-y", (), ("{{ .Revision }}",))),
        ("3.10/deps v1", Key("3.10-deps-v1", (), ())),
    ],
)
def test_keys(text: str, key: Key) -> None:
    """Fixed text is the name, checksums are key files, `arch` is always the same, the rest is lost and told."""
    assert parse_key(text, frozenset()) == key


def test_what_is_known_is_part_of_the_name() -> None:
    """A variable of the config, the job's name; what is the same in all builds is left out of it."""
    known = {".Environment.V": "v2", ".Environment.CIRCLE_JOB": "unit tests", ".CheckoutKey": "", "arch": "arm"}
    text = "{{ .Environment.V }}-deps{{.CheckoutKey}}-{{ arch }}-{{- .Environment.CIRCLE_JOB -}}-{{ .Environment.W }}"

    assert parse_key(text, frozenset(), known) == Key("v2-deps-arm-unit-tests", (), ("{{ .Environment.W }}",))


def test_a_file_elsewhere_is_no_key_file() -> None:
    """Bitbucket looks in the repository only."""
    key = parse_key('x-{{ checksum "/etc/issue" }}', frozenset(), inside=lambda _: None)

    assert key == Key("x", (), ("the checksum of '/etc/issue', which is no file of the repository,",))


@pytest.mark.parametrize("file", ["made.txt", "./made.txt", "sub/../made.txt"])
def test_a_file_that_the_job_makes_is_no_key_file(file: str) -> None:
    """When Bitbucket looks for it, it is not there yet; its checksum is lost and told."""
    key = parse_key(f'x-{{{{ checksum "{file}" }}}}-{{{{ checksum "kept" }}}}', frozenset({"made.txt"}))

    assert key.files == ("kept",)
    assert key.lost == (f"the checksum of '{file}', which the job itself makes,",)


def test_a_new_version_is_a_new_cache() -> None:
    """People change a number in the key to throw a cache away; that must still work."""
    old, new = (parse_key(f'deps-v{n}-{{{{ checksum "a" }}}}', frozenset()) for n in (1, 2))

    assert old.name != new.name
