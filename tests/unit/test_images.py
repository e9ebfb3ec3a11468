"""The table of images: which tag came after an older one, and that each row says where it is from."""

import datetime as dt
import re
from pathlib import Path

import pytest

from migrate.catalog import Catalog

CATALOG = Catalog()
SHARED = Path(__file__).parents[3] / "shared"
"""Other people's configs, where they lie beside the checkout."""
_MACHINE = re.compile(r"image: *[\"']?((?:android[-:]|linux-|ubuntu-[0-9]{4}|windows-)[^\s\"'#,}]*)")
_IMAGE = re.compile(r"image: *[\"']?(circleci/[\w.-]+)")
NO_BUILD_IMAGES = {
    "circleci/build-image",  # the machines of CircleCI 1.0
    "circleci/cci-demo-docker-primary",
    "circleci/classic",
    "circleci/command-convenience",
    "circleci/welcome-config-image",
}
"""Images of CircleCI's that nothing came after; they are kept without a word."""


@pytest.mark.parametrize(
    ("image", "tag", "after"),
    [
        ("node", "14", "14.21"),
        ("node", "14-browsers", "14.21-browsers"),
        ("node", "12.4.0", "12.4"),
        ("node", "10.9.0", "10.24"),  # older than the first that the successor has, of the same major version
        ("node", "10.16.3-stretch-browsers-legacy", "10.16-browsers"),
        ("node", "14.30", ""),  # there was none
        ("node", "8.10", ""),
        ("node", "11", ""),
        ("node", "latest", "current"),
        ("node", "lts", "lts"),
        ("node", "lts-browsers", "lts-browsers"),
        ("node", "stretch-browsers", ""),
        ("node", "", ""),
        ("python", "3.8.3-buster-node", "3.8-node"),
        ("python", "3.7-node-browsers", "3.7-browsers"),
        ("python", "3", "3.10"),
        ("python", "3.4", ""),
        ("python", "latest", ""),
        ("golang", "1.14", "1.14"),
        ("golang", "1.9", ""),
        ("golang", "1", "1.17"),
        ("openjdk", "8-jdk", "8.0"),
        ("openjdk", "11.0.1-jdk-node", "11.0-node"),
        ("openjdk", "8u131-jdk", "8.0"),
        ("postgres", "9.6.2-alpine", "9.6"),
        ("postgres", "12-alpine-ram", "12.22"),
        ("postgres", "12.3", "12.22"),
        ("android", "api-29-ndk", "2026.02-ndk"),
        ("buildpack-deps", "stretch", "current"),
        ("mongo", "3.6.5-ram", "3.6.5"),
        ("mongo", "latest", ""),
    ],
)
def test_the_tag_that_came_after(image: str, tag: str, after: str) -> None:
    """Of the same version where there is one, with the same variant."""
    assert CATALOG.images.legacy[f"circleci/{image}"].tag(tag) == after


def test_rows_of_older_images_have_evidence() -> None:
    """A page, and the day on which somebody looked; a successor that is no older image itself."""
    assert CATALOG.images.legacy
    for name, row in CATALOG.images.legacy.items():
        assert row.evidence.startswith("https://"), name
        assert dt.date.fromisoformat(row.checked) > dt.date(2026, 1, 1), name
        assert row.successor not in CATALOG.images.legacy, name
        assert bool(row.tags) + bool(row.like) + bool(row.same) == 1, name


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="other people's configs are not here")
def test_every_image_of_other_peoples_configs_is_known() -> None:
    """It has a row, or nothing came after it."""
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in (SHARED / "corpus").rglob("*.yml")]
    named = {name for text in texts for name in _IMAGE.findall(text)}
    machines = {name for text in texts for name in _MACHINE.findall(text)}

    assert named
    assert named <= {*CATALOG.images.legacy, *NO_BUILD_IMAGES}
    assert machines
    assert [name for name in machines if not CATALOG.images.machine(name).begins] == []


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("ubuntu-2204:2024.01.1", "atlassian/default-image:4"),
        ("ubuntu-2004:202201-02", "atlassian/default-image:3"),
        ("ubuntu-2004-cuda-11.4:202110-01", ""),
        ("android:default", "cimg/android:2026.02"),
        ("windows-default", ""),
        ("true", "atlassian/default-image:4"),
        ("", "atlassian/default-image:4"),
    ],
)
def test_the_image_of_a_machine(name: str, image: str) -> None:
    """The row with the beginning of its name; what Bitbucket's cloud lacks has no image."""
    row = CATALOG.images.machine(name)

    assert row.image == image
    assert bool(image) != bool(row.gpu or row.os)


def test_rows_of_machines_have_evidence() -> None:
    """A page, the day on which somebody looked, and an image whose tools are known; no row hides one below it."""
    machines = CATALOG.images.machines
    assert machines[-1].begins == ""
    for place, row in enumerate(machines):
        assert row.evidence.startswith("https://"), row
        assert dt.date.fromisoformat(row.checked) > dt.date(2026, 1, 1), row
        assert not row.image or CATALOG.tools(row.image), row
        assert not any(below.begins.startswith(row.begins) for below in machines[place + 1 :]), row


def test_every_program_that_an_image_lacks_can_be_had() -> None:
    """By a package or in an image; Compose is fetched, and dockerize is CircleCI's own."""
    lacks = CATALOG.tools("atlassian/default-image:4", "lacks")

    assert lacks
    assert lacks - {"docker-compose", "dockerize"} == set(CATALOG.images.programs)


@pytest.mark.parametrize(
    ("tag", "first"), [("8", "10.14"), ("8.10-browsers", "10.14"), ("10", ""), ("11", ""), ("latest", "")]
)
def test_the_first_version_that_came_after(tag: str, first: str) -> None:
    """It is told of tags that are older."""
    assert CATALOG.images.legacy["circleci/node"].first(tag) == first
