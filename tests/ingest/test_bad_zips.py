"""Hundreds of generated zips nobody should trust: refused with a sentence, or read in part and said so."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from spotiflow.core.errors import InputError
from spotiflow.core.settings import Settings
from spotiflow.ingest.exports import import_exports
from spotiflow.ingest.exports.reader import ExportReader
from spotiflow.ingest.files.containers import MAX_ENTRIES
from spotiflow.ingest.history.packages import open_package
from tests.ingest import builders as b
from tests.ingest.grid.raw_zip import (
    DEFLATED,
    STORED,
    Member,
    write,
)

PLAYS = b.as_json([b.play(number) for number in range(3)])
LONG = b.as_json([b.play(number) for number in range(400)])
GOOD = Member(b"endsong_0.json", PLAYS)
LEAST_CASES = 40


@dataclass(frozen=True)
class Case:
    """A zip that is refused with these words, or opened, where `left` says what was not read."""

    members: list[Member]
    words: str = ""
    left: dict[str, int] | None = None


def traversal() -> Iterator[Case]:
    outside = [
        b"../x.json",
        b"..",
        b"a/../x.json",
        b"a/b/../../../x",
        b"/x.json",
        b"//x",
        b"\\x.json",
        b"..\\x.json",
    ]
    outside += [
        b"a\\..\\x.json",
        b"C:/x.json",
        b"c:\\x.json",
        b"C:",
        b"Z:x/y",
        b"./../x.json",
        b"a/./../../x.json",
    ]
    outside += [
        b"../" * 50 + b"etc/passwd",
        b"..//..//x",
        b"a/..",
        b"\\\\server\\share\\x.json",
        b"/etc/passwd",
    ]
    for name in outside:
        for members in ([GOOD, Member(name, PLAYS)], [Member(name, PLAYS), GOOD]):
            yield Case(members, "leads outside")


def bombs() -> Iterator[Case]:
    for number in range(20):
        size = 16 * 1024**2 + 1 + number * 1_000_000
        yield Case([GOOD, Member(b"endsong_1.json", b" " * 1000, size=size)], "packed more than 200 times")
    for number in range(20):
        huge = [
            Member(b"endsong_%d.json" % (n + 1), b"[]", size=2**32 - 2 - number, packed_size=2**31)
            for n in range(6)
        ]
        yield Case([GOOD, *huge], "would unpack to more than 20 GB")


def passwords() -> Iterator[Case]:
    flags = [1, 1 | 1 << 3, 1 | 1 << 6, 1 | 1 << 11, 1 | 1 << 13]
    for flag in flags:
        for position in range(4):
            for method in (STORED, DEFLATED):
                members = [Member(b"endsong_%d.json" % n, PLAYS) for n in range(4)]
                members[position] = Member(b"endsong_%d.json" % position, PLAYS, method, flags=flag)
                yield Case(members, "protected by a password")


def zips_in_zips() -> Iterator[Case]:
    inner = b.zip_bytes({"endsong_0.json": PLAYS})
    names = [
        b"a.zip",
        b"A.ZIP",
        b"x/y.zip",
        b"endsong_1.zip",
        b"..zip",
        b"a.json.zip",
        b"b .zip",
        b"\xc3\xa4.zip",
    ]
    for name in names:
        for method in (STORED, DEFLATED):
            yield Case([Member(name, inner, method)], "zip archive")
            yield Case([GOOD, Member(name, inner, method)], left={"zip inside": 1})
    # Under another name it is known by its content.
    for name in [
        b"endsong_1.json",
        b"Streaming_History_Audio_1.json",
        b"StreamingHistory1.json",
        b"endvideo.json",
    ]:
        for method in (STORED, DEFLATED):
            yield Case([GOOD, Member(name, inner, method)], left={})


def links_and_devices() -> Iterator[Case]:
    targets = [b"/etc/passwd", b"endsong_0.json", b"../..", b".", b"", b"x" * 4000, b"\x00", b"/dev/zero"]
    for target in targets:
        for name in (b"endsong_1.json", b"a/b.json", b"endsong_0.pdf", b"link", b"endsong_0.json.zip"):
            yield Case([GOOD, Member(name, target, mode=stat.S_IFLNK | 0o777)], left={"link": 1})


CLASSES: dict[str, Callable[[], Iterator[Case]]] = {
    make.__name__: make for make in (traversal, bombs, passwords, zips_in_zips, links_and_devices)
}


@pytest.mark.parametrize("name", CLASSES)
def test_each_zip_is_refused_or_opened_without_its_tricks(tmp_path: Path, name: str) -> None:
    cases = list(CLASSES[name]())
    assert len(cases) >= LEAST_CASES
    for number, case in enumerate(cases):
        path = write(tmp_path / f"{number}.zip", case.members)
        if case.words:
            with pytest.raises(InputError, match=case.words) as caught, open_package(path, ExportReader()):
                pass
            assert caught.value.hint
            assert path.name in caught.value.message
        else:
            with open_package(path, ExportReader()) as package:
                assert [file.name for file in package.files] == ["endsong_0.json"]
                assert package.receipt().not_read == case.left
                assert len(package.unreadable) == (1 if case.left == {} else 0)
    assert len(list(tmp_path.iterdir())) == len(cases)


def test_a_zip_cut_off_anywhere(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.zip", [GOOD]).read_bytes()
    path = tmp_path / "cut.zip"
    for length in range(4, len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match="breaks off or is damaged"), open_package(path, ExportReader()):
            pass


def test_a_damaged_member_does_not_stop_the_others(settings: Settings, tmp_path: Path) -> None:
    """Damage at 45 places, wrong checksums, sizes and methods: one zip with a bad member of each kind."""
    n_packed = len(Member(b"", LONG).packed())
    bad = [Member(b"", LONG, damage_at=place * n_packed // 45) for place in range(45)]
    bad += [Member(b"", LONG, crc=number) for number in range(15)]
    bad += [Member(b"", LONG, method=number) for number in (1, 2, 6, 9, 12, 14, 93, 95, 97, 98, 99)]
    bad += [Member(b"", LONG, size=len(LONG) - number) for number in (1, 100)]
    members = [Member(b"endsong_%d.json" % n, *_rest(member)) for n, member in enumerate(bad, 1)]
    path = write(tmp_path / "data.zip", [GOOD, *members])
    receipt = import_exports(settings, [path])
    by_name = {file.file_name: file for file in receipt.files}
    assert by_name["endsong_0.json"].counts.kept == 3
    others = [file for name, file in by_name.items() if name != "endsong_0.json"]
    assert len(others) == len(bad) >= LEAST_CASES
    assert {file.file_name: file.status for file in others if file.status != "unreadable"} == {}
    assert all("cannot be unpacked" in (file.problem or "") for file in others)
    assert receipt.total.stored == 3
    assert not list(settings.temp_dir.iterdir())
    json.dumps(receipt.to_dict())


def _rest(member: Member) -> tuple[bytes, int, int, int | None, int | None, int | None, int, int | None]:
    place = (member.mode, member.damage_at)
    return (member.content, member.method, member.flags, member.crc, member.size, member.packed_size, *place)


def test_too_many_members(settings: Settings, tmp_path: Path) -> None:
    members = (Member(b"%d.json" % number, method=STORED) for number in range(100_000))
    with pytest.raises(InputError, match=r"at most 10,000|breaks off or is damaged"):
        import_exports(settings, [write(tmp_path / "many.zip", members)])
    assert not settings.database_path.exists()


@pytest.mark.long
@pytest.mark.parametrize("n_members", [MAX_ENTRIES + step**2 for step in range(-20, 21) if step])
def test_as_many_members_as_are_opened_and_one_more(
    settings: Settings, tmp_path: Path, n_members: int
) -> None:
    members = [Member(b"%d/x.pdf" % number, method=STORED) for number in range(n_members - 1)]
    path = write(tmp_path / "many.zip", [GOOD, *members])
    with pytest.raises(InputError, match="at most 10,000"):
        import_exports(settings, [path])
    receipt = import_exports(settings, [write(path, [GOOD, *members[: MAX_ENTRIES - 1]])])
    assert receipt.packages[0].not_read == {"PDF": MAX_ENTRIES - 1}
