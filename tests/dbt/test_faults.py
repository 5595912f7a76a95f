"""The list behind `make mutants` fits the project: every fault can be planted and has a test to notice it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mutants.faults import Fault, read_faults, rounds
from tests.dbt.project import PROJECT
from tests.paths import ROOT

FAULTS = read_faults()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_its_text_stands_once_and_its_test_exists(fault: Fault) -> None:
    assert (PROJECT / fault.file).read_text(encoding="utf-8").count(fault.find) == 1
    assert fault.find != fault.put
    if fault.is_for_pytest:
        path, _, name = fault.test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
    else:
        (path_of_tests,) = (PROJECT / "models").rglob(f"{fault.test}.yml")
        assert yaml.safe_load(path_of_tests.read_text(encoding="utf-8"))["unit_tests"]
    # Several faults stand in models at once, so nothing but the model's own tests may decide.
    assert not fault.is_in_model or Path(fault.file).stem == fault.test


def test_there_are_many_and_none_twice() -> None:
    assert len(FAULTS) >= 90
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len({(fault.file, fault.find, fault.put) for fault in FAULTS}) == len(FAULTS)


def test_no_two_faults_of_a_round_can_be_noticed_by_the_same_test() -> None:
    by_dbt = [fault for fault in FAULTS if not fault.is_for_pytest]
    planted = list(rounds(by_dbt))
    assert sorted(fault.name for one in planted for fault in one) == sorted(fault.name for fault in by_dbt)
    for together in planted:
        assert len({fault.test for fault in together}) == len(together)
        assert len(together) == 1 or all(fault.is_in_model for fault in together)


def test_a_text_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.sql").write_text("select 1, 1", encoding="utf-8")
    for find, times in (("2", 0), ("1", 2)):
        with pytest.raises(ValueError, match=f"stands {times} times in model.sql"):
            Fault("a fault", "model.sql", find, "3", "model").plant(tmp_path)
    Fault("a fault", "model.sql", "select", "from", "model").plant(tmp_path)
    assert (tmp_path / "model.sql").read_text(encoding="utf-8") == "from 1, 1"
