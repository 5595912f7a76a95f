"""Who is answered: only the browser that was let in, under our own name, for what can be read."""

from __future__ import annotations

from itertools import product
from urllib.parse import quote

import pytest

from spotiflow.core.settings import load_settings
from spotiflow.web.pages import PAGES
from spotiflow.web.serving.access import new_address
from spotiflow.web.view import people
from tests.web.conftest import HERE, PORT, Site, site_of

PATHS = [path for path in PAGES if "{" not in path]
STRANGE = [
    "x",
    "2026-02-31",
    "'; drop table gold.top_tracks; --",
    "<script>alert(1)</script>",
    "é\u202e\0",
    "9" * 10_000,
]


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


def test_other_hosts_sites_and_methods_are_refused(demo_site: Site) -> None:
    client = demo_site.client
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert client.request(method, "/").status_code == 405
    assert client.get("/nothing").status_code == 404
    assert "default-src 'none'" in client.get("/").headers["content-security-policy"]


def test_an_address_opens_once(demo_site: Site) -> None:
    address = new_address(demo_site.settings, PORT)
    kept = dict(demo_site.client.cookies)
    demo_site.client.cookies.clear()
    try:
        assert demo_site.client.get("/").status_code == 403
        assert demo_site.client.get(f"{HERE}/?token=wrong").status_code == 403
        assert demo_site.client.get(address, follow_redirects=False).status_code == 303
        demo_site.client.cookies.clear()
        assert demo_site.client.get(address, follow_redirects=False).status_code == 403
    finally:
        demo_site.client.cookies.update(kept)


@pytest.mark.parametrize(
    ("name", "value"), list(product(("listener", "period", "from", "to", "unit"), STRANGE))
)
def test_strange_values_get_a_sentence(demo_site: Site, name: str, value: str) -> None:
    answer = demo_site.client.get("/top", params={name: value})
    assert answer.status_code in (200, 400, 404)
    assert "<script>alert" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("value", STRANGE)
def test_strange_names_in_addresses_get_a_sentence(demo_site: Site, value: str) -> None:
    for kind in ("day", "artist", "track", "album", "year"):
        answer = demo_site.client.get(f"/{kind}/{quote(value, safe='')}")
        assert answer.status_code in (400, 404), (kind, answer.status_code)
        assert "<script>alert" not in answer.text
