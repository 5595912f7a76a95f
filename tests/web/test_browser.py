"""The pages in a real browser: only our own requests, no error of the script, no sideways scroll on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from spotiflow.web.pages import PAGES
from spotiflow.web.saving.file import Choice, build_file
from tests.web.browser import AXE, CHROMIUM, chromium, served
from tests.web.conftest import Site

PATHS = [path for path in PAGES if "{" not in path]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def phone(browser: Browser, demo_site: Site) -> Iterator[Page]:
    """A window of a phone's width that was let in."""
    with served(demo_site.keeper) as address:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(address)
        yield page
        page.close()


def origin_of(page: Page) -> str:
    return "/".join(page.url.split("/", 3)[:3])


@pytest.mark.parametrize("path", PATHS)
def test_a_page_on_a_phone(phone: Page, path: str) -> None:
    origin = origin_of(phone)
    asked: list[str] = []
    errors: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    phone.on("pageerror", lambda error: errors.append(str(error)))
    answer = phone.goto(origin + path)
    assert answer is not None
    assert answer.status == 200
    assert phone.locator("main").count() == 1
    assert [url for url in asked if not url.startswith((f"{origin}/", "data:", "blob:"))] == []
    assert errors == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: make axe")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(phone: Page, scheme: Any) -> None:
    phone.emulate_media(color_scheme=scheme)
    found = []
    for path in (*PATHS, "/artist/The%20Brulta%20Postcards", "/no-such-page"):
        phone.goto(origin_of(phone) + path)
        # The page forbids scripts of others, so axe comes in as one of the debugger.
        phone.evaluate(AXE.read_text(encoding="utf-8"))
        result = phone.evaluate("axe.run({resultTypes: ['violations']})")
        found += [
            f"{path}: {one['id']}: {one['nodes'][0]['html'][:200]}"
            for one in result["violations"]
            if one["impact"] in ("serious", "critical")
        ]
    phone.emulate_media(color_scheme="light")
    assert found == []


def test_three_keys_to_the_most_played_of_march(phone: Page) -> None:
    phone.goto(origin_of(phone) + "/")
    for name in ("Most played", "2026", "Mar"):
        link = phone.get_by_role("link", name=name, exact=True).first
        for _ in range(60):
            phone.keyboard.press("Tab")
            if link.evaluate("link => link === document.activeElement"):
                break
        else:
            pytest.fail(f"the tab key does not reach '{name}'")
        assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
        with phone.expect_navigation():
            phone.keyboard.press("Enter")
    assert "period=2026-03" in phone.url
    assert phone.locator("#artist .ranking li").count() > 0


def test_arrow_keys_tell_the_values_of_a_chart(phone: Page) -> None:
    phone.goto(origin_of(phone) + "/")
    phone.locator("#clock svg.mark").focus()
    phone.keyboard.press("ArrowRight")
    phone.keyboard.press("ArrowDown")
    assert phone.locator(".tip").inner_text().startswith("Tuesday 00 to 01 h: ")


def test_pages_work_without_script(browser: Browser, demo_site: Site) -> None:
    with served(demo_site.keeper) as address:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(address)
        page.get_by_role("link", name="minutes", exact=True).click()
        assert "unit=minutes" in page.url
        page.locator("details.range summary").click()
        page.locator("input[name=from]").fill("2026-02-01")
        page.locator("details.range button").click()
        assert "from=2026-02-01" in page.url
        assert "unit=minutes" in page.url
        page.context.close()


def test_a_saved_picture_has_its_style_inside_and_says_simulated(phone: Page) -> None:
    phone.goto(origin_of(phone) + "/")
    with phone.expect_download() as saving:
        phone.locator("#clock [data-save=svg]").click()
    svg = saving.value.path().read_text(encoding="utf-8")
    assert "--q5:#07482d" in svg
    assert "simulated" in svg
    assert svg.count('class="d q') == 168
    assert set(re.findall(r"https?://[^\s\"'<)]+", svg)) == {"http://www.w3.org/2000/svg"}
    with phone.expect_download() as saving:
        phone.locator("#clock [data-save=png]").click()
    assert saving.value.path().read_bytes().startswith(b"\x89PNG")


def test_motion_is_reduced_and_a_page_prints(phone: Page) -> None:
    phone.emulate_media(reduced_motion="reduce")
    phone.goto(origin_of(phone) + "/year/2026")
    assert phone.locator(".mark .d").first.evaluate("d => getComputedStyle(d).transitionDuration") == "0s"
    pdf = phone.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 10_000


def test_a_file_asks_nobody_for_anything(browser: Browser, demo_site: Site, tmp_path: Any) -> None:
    target = tmp_path / "all.html"
    target.write_text(build_file(demo_site.settings, Choice()), encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 844})
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: errors.append(said.text))
    page.goto(target.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [target.as_uri()]
    assert errors == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert (
        page.locator("#months svg rect").first.evaluate("r => getComputedStyle(r).fill") == "rgb(22, 135, 90)"
    )
    page.close()
