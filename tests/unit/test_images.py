"""The table of images: which tag came after an older one, and that each row says where it is from."""

import datetime as dt
import re
from pathlib import Path

import pytest

from migrate.catalog import Catalog

CATALOG = Catalog()
SHARED = Path(__file__).parents[3] / "shared"
"""Other people's configs, where they lie beside the checkout."""
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
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in (SHARED / "corpus").rglob("*.yml"))
    named = {name for text in texts for name in _IMAGE.findall(text)}

    assert named
    assert named <= {*CATALOG.images.legacy, *NO_BUILD_IMAGES}
