"""Who is refused, what every answer carries, and that no value of an address is more than a value."""

from __future__ import annotations

import html
import urllib.parse
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from spotiflow.core.settings import load_settings
from spotiflow.web.serving.access import HEADERS, TOKEN_FILE, new_address
from spotiflow.web.serving.app import make_app
from spotiflow.web.view import people
from tests.web.conftest import HERE, PORT, Site, site_of

PATHS = (
    "/",
    "/when",
    "/top",
    "/music",
    "/habits",
    "/for-you",
    "/models",
    "/people",
    "/year",
    "/now",
    "/data",
)
HOSTILE = (
    "",
    "'; drop table gold.listening_log; --",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202e\u2066rtl",
    "\x00\x1b[31m",
    "../../etc/passwd",
    "%00",
    "{{ 7 * 7 }}",
    "9" * 400,
    "x" * 10_000,
    "ünï/cödé?#&=",
    "-1",
    "2026-13",
    "2026-02-30",
    "0000-01-01",
    "9999-12-31",
)


def test_a_browser_is_let_in_by_the_opened_address_once(small_site: Site) -> None:
    client = TestClient(make_app(small_site.keeper, PORT), base_url=HERE)
    assert client.get("/").status_code == 403
    address = new_address(small_site.settings, PORT)
    assert (small_site.settings.home / TOKEN_FILE).stat().st_mode & 0o077 == 0
    first = client.get(f"{address}&period=2025", follow_redirects=False)
    assert first.status_code == 303
    assert first.headers["location"] == "/?period=2025"
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/").status_code == 200
    other = TestClient(make_app(small_site.keeper, PORT), base_url=HERE)
    assert other.get(address, follow_redirects=False).status_code == 403
    assert other.get("/", headers={"cookie": f"spotiflow-{PORT}=guessed"}).status_code == 403
    assert other.get("/state").status_code == 403
    assert other.get("/static/style.css").status_code == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"headers": {"host": "evil.example"}}, 421),
        ({"headers": {"host": f"127.0.0.1.evil.example:{PORT}"}}, 421),
        ({"headers": {"host": ""}}, 421),
        ({"headers": {"sec-fetch-site": "cross-site"}}, 403),
        ({"headers": {"sec-fetch-site": "same-site"}}, 403),
        ({"headers": {"sec-fetch-site": "same-origin"}}, 200),
        ({"headers": {"host": f"localhost:{PORT}"}}, 200),
        ({"method": "POST"}, 405),
        ({"method": "PUT"}, 405),
        ({"method": "DELETE"}, 405),
        ({"method": "OPTIONS"}, 405),
        ({"method": "HEAD"}, 200),
    ],
)
def test_what_no_page_of_ours_asks_is_refused(
    small_site: Site, request_: dict[str, Any], status: int
) -> None:
    asked = {"method": "GET", "url": "/top?listener=beginner"} | request_
    # The jar goes by the name of the host; the browser's own cookie goes to localhost as well.
    cookies = {f"spotiflow-{PORT}": small_site.client.cookies[f"spotiflow-{PORT}"]}
    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    headers |= request_.get("headers", {})
    answer = small_site.client.request(asked["method"], asked["url"], headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("path", [*PATHS, "/nothing", "/static/style.css", "/static/../app.py", "/state"])
def test_every_answer_carries_the_same_headers(small_site: Site, path: str) -> None:
    answer = small_site.client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["content-security-policy"]
    is_static = path == "/static/style.css"
    assert answer.headers["cache-control"] == ("private, max-age=86400" if is_static else "no-store")


@pytest.mark.parametrize("path", PATHS)
def test_no_page_has_style_script_or_address_of_its_own(small_site: Site, path: str) -> None:
    text = small_site.get(f"{path}?listener=beginner")
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick" not in text
    for part in ("http://", "https://", "//"):
        found = text.replace("http://www.w3.org/2000/svg", "")
        assert f'href="{part}' not in found
        assert f'src="{part}' not in found


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["listener", "period", "from", "to", "unit", "artist", "token"])
def test_hostile_values_of_parameters_end_in_a_sentence(small_site: Site, name: str, value: str) -> None:
    query = urllib.parse.urlencode({name: value}, errors="surrogatepass")
    answer = small_site.client.get(f"/?{query}")
    assert answer.status_code in (200, 400, 404)
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    if answer.status_code != 200:
        assert len(html.unescape(answer.text)) < 3000


@pytest.mark.parametrize("value", [one for one in HOSTILE if one])
@pytest.mark.parametrize("path", ["artist", "track", "album", "day", "year"])
def test_hostile_names_of_pages_end_in_a_sentence(small_site: Site, path: str, value: str) -> None:
    answer = small_site.client.get(f"/{path}/{urllib.parse.quote(value, safe='')}")
    assert answer.status_code in (400, 404)
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    query=st.dictionaries(
        st.sampled_from(["listener", "period", "from", "to", "unit"]), st.text(max_size=40), max_size=4
    ),
)
def test_any_address_gets_a_page_or_a_sentence(small_site: Site, path: str, query: dict[str, str]) -> None:
    answer = small_site.client.get(f"{path}?{urllib.parse.urlencode(query, errors='replace')}")
    assert answer.status_code in (200, 400, 404)
    assert "<h1>" in answer.text


def test_periods_that_end_before_they_begin_and_days_outside(small_site: Site) -> None:
    text = small_site.get("/?listener=beginner&from=2025-05-02&to=2025-05-01", 400)
    assert "before it begins" in text
    text = small_site.get("/day/1999-01-01?listener=beginner", 404)
    assert "The history has no day 1999-01-01" in text
    text = small_site.get("/year/1999?listener=beginner", 404)
    assert "Years with plays" in text
    text = small_site.get("/artist/Artits 12?listener=beginner", 404)
    assert "Artist 12" in html.unescape(text)
    # In any case, as a person types it.
    assert "Artist 0" in small_site.get("/artist/ARTIST 0?listener=beginner")


@pytest.mark.parametrize("path", PATHS)
def test_every_page_answers_for_the_demo_and_for_hardly_any_plays(
    demo_site: Site, small_site: Site, path: str
) -> None:
    text = demo_site.get(path)
    assert "<main" in text
    with small_site.keeper.current().reading() as gold:
        known = people(gold)
    assert {0, 1} <= {person.plays for person in known}
    for person in known:
        has_page = path != "/year" or person.plays  # Without a play there is no year to show.
        small_site.get(f"{path}?listener={person.listener_id}", 200 if has_page else 404)


@pytest.mark.parametrize("path", PATHS)
def test_an_empty_home_says_what_to_do(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    site = site_of(load_settings(home=tmp_path_factory.mktemp("empty")))
    assert "spotiflow demo" in site.get(path, 404)
