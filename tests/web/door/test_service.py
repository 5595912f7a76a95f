"""The page of this moment, the commands, the schedule that serves, and the container that does so when told to."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from spotiflow.core.settings import load_settings
from spotiflow.ingest.submissions.spool import store
from spotiflow.ingest.submissions.tokens import add_token
from spotiflow.web.serving.app import make_app
from spotiflow.web.serving.server import is_open_to_others
from tests.conftest import RunCli, command_line
from tests.paths import ROOT
from tests.report.conftest import small_warehouse  # noqa: F401 (a fixture)
from tests.web.conftest import HERE, PORT, Site, site_of, small_site  # noqa: F401 (a fixture)
from tests.web.door.conftest import listen
from tests.web.door.test_kills import submit


def test_the_page_now_shows_what_plays_and_what_waits(small_site: Site) -> None:  # noqa: F811
    page = small_site.get("/now")
    assert "No player may submit" in page
    assert "Nothing waits." in page
    _, token = add_token(small_site.settings, "beginner", "phone")
    headers = {"authorization": f"Token {token}", "host": "anything"}
    before = small_site.client.get("/state?live").json()
    assert before["live"] in small_site.get("/now")
    assert "live" not in small_site.client.get("/state").json()
    track = {"artist_name": "A <b>bold</b> name", "track_name": "Now & here"}
    body = {"listen_type": "playing_now", "payload": [{"track_metadata": track}]}
    with small_site.client as client:
        assert client.post("/1/submit-listens", json=body, headers=headers).status_code == 200
        batch = {"listen_type": "import", "payload": [listen(number) for number in range(30)]}
        assert client.post("/1/submit-listens", json=batch, headers=headers).status_code == 200
        built = client.get("/1/user/beginner/listen-count", headers=headers).json()["payload"]["count"]
        newest = client.get("/1/user/beginner/listens?count=50", headers=headers).json()["payload"]
    page = small_site.get("/now")
    assert "A &lt;b&gt;bold&lt;/b&gt; name" in page
    assert "Now &amp; here" in page
    assert "the newest 20 of 30: beginner 30" in html.unescape(page)
    assert "navidrome" in page
    assert "phone" in page
    after = small_site.client.get("/state?live").json()
    assert after["live"] != before["live"]
    assert after["state"] == before["state"]
    # 200 plays are in gold, 30 listens wait.
    assert built == 230
    assert newest["count"] == 50
    assert [one["listened_at"] for one in newest["listens"]] == sorted(
        (one["listened_at"] for one in newest["listens"]), reverse=True
    )


def test_what_is_taken_in_counts_until_it_is_built(small_site: Site, tmp_path: Path) -> None:  # noqa: F811
    import shutil
    from dataclasses import replace

    from spotiflow.ingest.submissions.intake import take_in_listens

    home = tmp_path / "home"
    home.mkdir()
    shutil.copyfile(small_site.settings.database_path, home / "spotiflow.duckdb")
    site = site_of(replace(small_site.settings, home=home))
    (home / "inbox").mkdir(exist_ok=True)
    store(site.settings, {"beginner": [listen(1), listen(2)]})
    assert take_in_listens(site.settings)[0].receipt is not None
    site.keeper.close()
    fresh = site_of(site.settings)
    page = fresh.get("/now?listener=beginner")
    assert re.search(r">2</d[dt]>|>2<", page)
    assert "taken in, and not built yet" in page
    _, token = add_token(fresh.settings, "beginner")
    client = TestClient(make_app(fresh.keeper, PORT), base_url=HERE)
    answer = client.get("/1/user/beginner/listen-count", headers={"authorization": f"Token {token}"})
    assert answer.json()["payload"]["count"] == 202
    fresh.keeper.close()


def test_tokens_by_command(run_cli: RunCli) -> None:
    run_cli("init")
    assert "No player has a token" in run_cli("dashboard", "token", "list").stdout
    made = run_cli("dashboard", "token", "add", "me", "--note", "phone").stdout
    plain = re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", made)
    assert plain
    listed = run_cli("dashboard", "token", "list").stdout
    assert "phone" in listed
    assert plain.group() not in listed
    ident = listed.splitlines()[1].split()[0]
    refused = run_cli("dashboard", "token", "add", "nobody", check=False)
    assert refused.returncode == 1
    assert "There is no listener 'nobody'" in refused.stderr
    refused = run_cli("dashboard", "token", "add", "me", "--note", "n" * 61, check=False)
    assert "one line of at most 60" in refused.stderr
    assert f"Token {ident} of me (phone) is removed." in run_cli("dashboard", "token", "remove", ident).stdout
    refused = run_cli("dashboard", "token", "remove", ident, check=False)
    assert f"There is no token '{ident}'" in refused.stderr
    refused = run_cli("dashboard", "--no-browser", "--port", "0", "--host", "0.0.0.0", check=False)
    assert refused.returncode == 1
    assert "no player has a token" in refused.stderr


def test_who_is_another_machine() -> None:
    assert not any(is_open_to_others(host) for host in ("127.0.0.1", "127.1.2.3", "::1", "localhost"))
    assert all(is_open_to_others(host) for host in ("0.0.0.0", "::", "192.168.1.5", "nas.local"))


@pytest.mark.slow
def test_the_schedule_serves_and_takes_in_what_players_submit(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run = command_line(home)
    run("init")
    token = re.search(r"  ([0-9a-f-]{36})\n", run("dashboard", "token", "add", "me").stdout)
    assert token
    # What waits already is taken in at the start, so that the test need not wait for the next poll.
    store(load_settings(home=home), {"me": [listen(0)]})
    only_polls = ["--poll", "1", "--build", "0", "--train-at", "", "--publish", "0"]
    words = ["schedule", "--dashboard", "--port", "0", "--host", "0.0.0.0", *only_polls]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *words],
        env=os.environ | {"SPOTIFLOW_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert "Nothing is encrypted" in said
        port = re.search(r"on port (\d+)", process.stdout.readline())
        assert port
        until = time.monotonic() + 60
        while not submit(int(port.group(1)), token.group(1), 1):
            assert time.monotonic() < until
            time.sleep(0.1)
        said = process.stdout.readline()
        process.terminate()
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode in (0, 143)
    assert "Traceback" not in err
    assert re.search(r"me: (1 of 1|2 of 2) listens new", said), said + out
    run("run", "--only", "listens")
    sql = "select track_name from raw.listening_history order by 1"
    assert run("sql", sql, "--csv").stdout.splitlines() == ["track_name", "Song 0", "Song 1"]


def test_the_container_serves_only_when_told_to_and_this_machine_first() -> None:
    plain = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["spotiflow"]
    assert "ports" not in plain
    assert "command" not in plain
    served = yaml.safe_load((ROOT / "container" / "dashboard.yaml").read_text(encoding="utf-8"))
    service = served["services"]["spotiflow"]
    assert service["command"] == ["schedule", "--dashboard", "--host", "0.0.0.0"]
    assert service["ports"] == ["127.0.0.1:8765:8765"]
    assert '".[postgres,delta,web]"' in (ROOT / "Dockerfile").read_text(encoding="utf-8")
