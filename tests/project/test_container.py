"""The container where no Docker runs: its entrypoint as an ordinary user, and what its files promise."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import yaml

from tests.paths import ROOT

ENTRYPOINT = ROOT / "container" / "entrypoint.sh"


def start(home: Path, *words: str, as_root: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the entrypoint; root becomes nobody, in a user namespace of its own, unless that is the point."""
    becomes = ["unshare", "--user"] if os.getuid() == 0 and not as_root else []
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SPOTIFLOW_HOME": str(home),
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        [*becomes, str(ENTRYPOINT), *words], env=environment, capture_output=True, text=True, check=False
    )


def test_it_starts_as_an_ordinary_user_and_keeps_files_private(tmp_path: Path) -> None:
    home = tmp_path / "data"
    done = start(home, "init")
    assert done.returncode == 0, done.stderr
    for entry in [home, *home.rglob("*")]:
        assert stat.S_IMODE(entry.stat().st_mode) == (0o700 if entry.is_dir() else 0o600), entry


def test_a_volume_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = start(tmp_path / "file" / "data", "init")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be written by user" in done.stderr


def test_root_is_refused(tmp_path: Path) -> None:
    if os.getuid() != 0:
        words = ["unshare", "--user", "--map-root-user"]
        done = subprocess.run([*words, str(ENTRYPOINT)], capture_output=True, text=True, check=False)
    else:
        done = start(tmp_path, as_root=True)
    assert done.returncode == 1
    assert "does not run as root" in done.stderr


def test_the_image_runs_the_schedule_without_rights_it_does_not_need() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert {"USER 10001", "VOLUME /data", 'CMD ["schedule"]', 'ENTRYPOINT ["entrypoint"]'} <= set(lines)
    assert any("HEALTHCHECK" in line and '"status", "--check"' in line for line in lines)
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["spotiflow"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["volumes"] == ["warehouse:/data"]
    assert "ports" not in service


def test_the_image_holds_what_the_wheel_is_made_of() -> None:
    """What .dockerignore lets in has to be there, and all that hatchling packs has to be let in."""
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    packed = {name.split("/")[0] for name in (*wheel["packages"], *wheel["force-include"])}
    assert packed <= allowed
    assert all((ROOT / name).exists() for name in allowed)
