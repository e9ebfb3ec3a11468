"""The page of the report in a real browser: mouse, keyboard, screen reader, paper, light and dark."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, FloatRect, Page

from migrate import Source
from migrate.report import html
from tests.chromium import chromium, opened
from tests.test_html import CONFIG, line_of, summary

pytestmark = pytest.mark.xdist_group("chromium")
PICTURES = Path(__file__).parent / "fixtures" / "page"
FAR = 4.0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the config that `tests/test_html.py` has."""
    return _written(tmp_path_factory.mktemp("page"), CONFIG)


def _written(folder: Path, text: str) -> Path:
    path = folder / "migration-report.html"
    path.write_text(html.render(summary(text)), encoding="utf-8")
    return path


def _lit(page: Page, kind: str) -> list[str]:
    """The ids of the lines that are lit."""
    return [line.get_attribute("id") or "" for line in page.locator(f".pane .{kind}").all()]


def test_a_click_on_the_source_lights_its_counterparts(browser: Browser, path: Path) -> None:
    """A line of a command stands in the steps of both jobs that the matrix made, and was called at other lines."""
    with opened(browser, path) as page:
        page.locator(f"#s0-{line_of('make check')}").click()
        lit = _lit(page, "match")
        about = page.locator("#about").inner_text()

        assert [page.locator(f"#{one}").inner_text().strip() for one in lit] == ["make check"] * 2
        assert f"s0-{line_of('- build: {to')}" in _lit(page, "via")
        assert re.match(
            rf"Line {line_of('make check')} of the source \(kept\) becomes lines \d+, \d+ of the result", about
        )


def test_a_click_on_the_result_lights_the_source(browser: Browser, path: Path) -> None:
    """And the lines on the way: the workflow's entry, the job, the call."""
    with opened(browser, path) as page:
        page.locator("#result [role=option]", has_text="make a").click()

        assert f"s0-{line_of('make <<')}" in _lit(page, "match")
        assert {f"s0-{line_of(said)}" for said in ("- one:", "  one:", "- build: {to")} <= set(_lit(page, "via"))


def test_lines_of_several_files_are_told_by_their_names(browser: Browser, tmp_path: Path) -> None:
    """What the choices add comes of them, and they stand below the config."""
    choices = "add:\n  - pypi-publish:\n      filters: {branches: {only: main}}\n"
    path = tmp_path / "page.html"
    path.write_text(html.render(summary(CONFIG, choices), (), Source("circle2bb.yml", choices)), encoding="utf-8")
    with opened(browser, path) as page:
        page.locator("#s1-2").click()
        assert re.match(r"Line 2 of circle2bb.yml becomes lines? .* of the result", page.locator("#about").inner_text())
        page.locator("#s0-1").click()
        assert page.locator("#about").inner_text().startswith("Line 1 of .circleci/config.yml (rewritten)")


def test_the_keyboard_walks_the_lines(browser: Browser, path: Path) -> None:
    """Arrows move, Enter goes to the counterpart on the other side and back, Escape puts out the lights."""
    with opened(browser, path) as page:
        page.locator("#source").focus()
        for _ in range(line_of("docker:")):
            page.keyboard.press("ArrowDown")
        assert _lit(page, "chosen") == [f"s0-{line_of('docker:')}"]
        assert page.locator("#source").get_attribute("aria-activedescendant") == f"s0-{line_of('docker:')}"

        page.keyboard.press("Enter")
        (there,) = _lit(page, "chosen")
        assert "image:" in page.locator(f"#{there}").inner_text()
        assert page.evaluate("document.activeElement.id") == "result"

        page.keyboard.press("Enter")
        assert _lit(page, "chosen") == [f"s0-{line_of('docker:')}"]
        page.keyboard.press("End")
        assert _lit(page, "chosen") == [f"s0-{CONFIG.count(chr(10))}"]
        page.keyboard.press("Escape")
        assert not _lit(page, "chosen")


def test_notes_of_a_line_lead_to_the_ledger_and_back(browser: Browser, path: Path) -> None:
    """What is folded there opens; the place of an entry chooses its line."""
    with opened(browser, path) as page:
        page.locator(f"#s0-{line_of('no_output_timeout')}").click()
        page.locator("#about a").click()
        entry = page.locator("#groups li:target")
        assert entry.is_visible()
        assert "no_output_timeout: 20m" in entry.inner_text()

        link = entry.locator("a.place").get_attribute("href")
        entry.locator("a.place").click()
        assert [f"#{one}" for one in _lit(page, "chosen")] == [link]


def _entries(page: Page) -> int:
    shown = page.locator("#groups li:not([hidden])").count()
    assert page.locator("#count").inner_text().startswith(f"{shown} of ")
    return shown


def test_the_ledger_is_filtered(browser: Browser, path: Path) -> None:
    """By fate, code, job and text, together; what is left is open, and all is as before when it is reset."""
    with opened(browser, path) as page:
        everything = _entries(page)
        page.locator("#by-fate").select_option("dropped")
        dropped = _entries(page)
        assert 0 < dropped < everything
        assert page.locator("#groups details:not([hidden]):not([open])").count() == 0

        page.locator("#by-job").select_option(label="mac")
        assert 0 < _entries(page) < dropped
        page.locator("#by-code").select_option("no-output-timeout")
        assert _entries(page) == 0
        page.get_by_role("button", name="Show all").click()
        page.wait_for_function(
            "(count) => document.getElementById('count').textContent.startsWith(count)", arg=f"{everything} "
        )

        page.locator("#by-text").fill("NO_OUTPUT")
        assert _entries(page) == 1


def test_boxes_stay_ticked_for_their_source(browser: Browser, path: Path, tmp_path: Path) -> None:
    """After the page is loaded again; the page of another config has boxes of its own."""
    other = _written(tmp_path, CONFIG + "# another\n")
    with opened(browser, path) as page:
        page.locator("#tasks input").nth(1).check()
        assert page.locator("#done").inner_text().startswith("1 of ")
        for _ in range(20):  # the browser writes down what is stored a little later, from another process
            page.reload()
            if page.locator("#tasks input:checked").count():
                break
            page.wait_for_timeout(50)
        assert [box.is_checked() for box in page.locator("#tasks input").all()][:3] == [False, True, False]
        page.goto(other.as_uri())
        assert page.locator("#tasks input:checked").count() == 0
        page.goto(path.as_uri())


def test_a_page_that_may_store_nothing_works(browser: Browser, path: Path) -> None:
    """Boxes can be ticked, and nothing is complained of."""
    with opened(browser, path, storage=False) as page:
        page.locator("#tasks input").first.check()
        assert page.locator("#done").inner_text().startswith("1 of ")


def test_commands_are_copied(browser: Browser, path: Path) -> None:
    """A button beside them puts them where they can be pasted, a line each."""
    with opened(browser, path) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator(".commands button").last.click()
        page.get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")

    assert copied.splitlines()[1] == "git add bitbucket-pipelines.yml"


def test_without_a_script_everything_can_be_read(browser: Browser, path: Path) -> None:
    """There are no controls that do nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())

    assert page.get_by_role("button").count() == 0
    assert page.locator("#filters").is_hidden()
    assert page.locator("#source [role=option]").count() == CONFIG.count("\n")
    context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, path: Path, dark: bool) -> None:
    """Contrast, names, roles: what axe-core calls serious or critical keeps people out."""
    with opened(browser, path, dark=dark) as page:
        page.locator("#result [role=option]", has_text="make a").click()
        found = Axe().run(page).response["violations"]

    assert [
        (one["id"], one["nodes"][0]["html"], one["nodes"][0]["failureSummary"])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ] == []


def _box(page: Page, selector: str) -> FloatRect:
    box = page.locator(selector).bounding_box()
    assert box
    return box


@pytest.mark.parametrize("width", [1280, 600])
def test_the_panes_stand_beside_each_other_where_there_is_room(
    browser: Browser, path: Path, width: int, tmp_path: Path
) -> None:
    """Nothing is wider than the window, and what is long scrolls in its own box; a picture is left to be looked at."""
    with opened(browser, path, width=width) as page:
        left, right = _box(page, "#source"), _box(page, "#result")
        beside = left["x"] + left["width"] <= right["x"]

        assert beside == (width > 1000)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert left["width"] == pytest.approx(right["width"], abs=2)
        picture = page.screenshot(path=tmp_path / f"page-{width}.png", full_page=True)

    assert int.from_bytes(picture[16:20], "big") == width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("section", ["tasks", "pictures", "side-by-side", "ledger"])
def test_it_looks_as_it_did(browser: Browser, path: Path, section: str, dark: bool, update_goldens: bool) -> None:
    """From afar each section is as its picture: what stands where, in which colours; fonts may differ."""
    kept = PICTURES / f"{section}-{'dark' if dark else 'light'}.png"
    with opened(browser, path, dark=dark) as page:
        seen = _afar(page, section)
        page.evaluate("document.querySelector('style').remove()")
        bare = _afar(page, section)
    if update_goldens:
        seen.save(kept)
    with Image.open(kept) as golden:
        assert _apart(seen, golden) < FAR, "--update-goldens writes the picture anew; look at it"
        assert _apart(bare, golden) > FAR, "a page without its style would pass"


def _afar(page: Page, section: str) -> Image.Image:
    """A section as it is seen from afar: twenty pixels are one."""
    page.evaluate("section => document.getElementById(section).scrollIntoView()", section)
    with Image.open(BytesIO(page.screenshot())) as picture:
        return picture.convert("RGB").resize((picture.width // 20, picture.height // 20), Image.Resampling.BOX)


def _apart(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart, in the mean of their colours: 0 is the same, 255 black and white."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other.convert("RGB"))).mean) / 3


def test_pictures_are_as_large_as_they_are_drawn(browser: Browser, path: Path) -> None:
    """Every name fits its box, in the font that the page has, and every box the picture."""
    with opened(browser, path) as page:
        for svg in page.locator("#pictures svg").all():
            if not svg.is_visible():
                continue
            around = svg.bounding_box()
            for box in svg.locator(".box").all():
                rect = box.locator("rect").bounding_box()
                name = box.locator("text").first.bounding_box()
                assert around
                assert rect
                assert name
                assert around["x"] <= rect["x"] <= name["x"]
                assert name["x"] + name["width"] <= rect["x"] + rect["width"]
                assert rect["x"] + rect["width"] <= around["x"] + around["width"]


def test_paper_has_every_line(browser: Browser, tmp_path: Path) -> None:
    """Printed, nothing is hidden in a box that scrolls, or behind the edge: long lines are wrapped."""
    path = _written(tmp_path, CONFIG.replace("make check", f"make {'check ' * 60}"))
    with opened(browser, path, width=800) as page:
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= 800
        for pane in ("#source", "#result"):
            hidden = page.evaluate(
                "(pane) => { const box = document.querySelector(pane); return box.scrollHeight - box.clientHeight; }",
                pane,
            )
            assert hidden <= 0
        closed = page.locator("#groups details:not([open]) li").first
        assert closed.bounding_box()


def test_files_that_are_too_long_are_not_shown(browser: Browser, tmp_path: Path) -> None:
    """A browser could not lay them out; everything else is there, and works."""
    with opened(browser, _written(tmp_path, CONFIG + "#\n" * 30_000)) as page:
        assert page.locator("#source").count() == 0
        assert "25,000 lines" in page.locator("#side-by-side").inner_text()
        page.locator("#tasks input").first.check()
        assert page.locator("#done").inner_text().startswith("1 of ")


def test_a_large_page_opens_fast(browser: Browser, tmp_path: Path) -> None:
    """A config with as many lines as the largest of other people's: under two seconds, and under 3 MB."""
    jobs = "".join(
        f"  job{n}:\n    docker: [{{image: 'cimg/base:current'}}]\n    steps:\n      - checkout\n      - run: |\n"
        + "".join(f"          make part{line} of={n}\n" for line in range(20))
        for n in range(120)
    )
    entries = "".join(f"      - job{n}: {{requires: [job{n // 2}]}}\n" if n else "      - job0\n" for n in range(120))
    path = _written(tmp_path, f"version: 2.1\njobs:\n{jobs}workflows:\n  main:\n    jobs:\n{entries}")

    with opened(browser, path) as page:
        took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")

    assert path.stat().st_size < 3_000_000
    assert took < 2000
