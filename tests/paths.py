"""Where tests find things outside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def shared_folder() -> Path:
    """Return the folder with the real inputs.

    Where SPOTIFLOW_SHARED or a folder `shared` beside the checkout says that they exist, a test that does not
    find its file fails; on a machine without them it is skipped and says why.
    """
    named = os.environ.get("SPOTIFLOW_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not named and not folder.is_dir():
        pytest.skip("the real inputs are not on this machine (SPOTIFLOW_SHARED names their folder)")
    return folder


def real_kaggle_csv() -> Path:
    """Return the real Kaggle file, 114,000 rows."""
    return _existing(shared_folder() / "data" / "kaggle" / "dataset.csv")


def real_account_export() -> Path:
    """Return the folder of the real account-data export, 17,465 rows."""
    return _existing(shared_folder() / "data" / "exports" / "account_2021_2022")


def _existing(path: Path) -> Path:
    assert path.exists(), f"{path} is missing although its folder was named"
    return path
