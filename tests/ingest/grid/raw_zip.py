"""A writer of zips that says of a member whatever it is told to, true or not."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

DEFLATED, STORED = 8, 0


@dataclass(frozen=True)
class Member:
    """One member. What is None is told as it is; `mode` is the kind of file and its rights, as in Unix."""

    name: bytes
    content: bytes = b""
    method: int = DEFLATED
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    mode: int = 0o100644
    damage_at: int | None = None

    def packed(self) -> bytes:
        """The bytes of the member as they stand in the zip."""
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        data = self.content if self.method == STORED else packer.compress(self.content) + packer.flush()
        if self.damage_at is None:
            return data
        place = self.damage_at % len(data)
        return data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]

    def fields(self, packed: bytes) -> bytes:
        """What both headers say of it."""
        crc = zlib.crc32(self.content) if self.crc is None else self.crc
        size = len(self.content) if self.size is None else self.size
        packed_size = len(packed) if self.packed_size is None else self.packed_size
        numbers = (20, self.flags, self.method, 0, 33, crc, packed_size, size, len(self.name))
        return struct.pack("<HHHHHIIIH", *numbers)


def write(path: Path, members: Iterable[Member]) -> Path:
    """Write a zip of these members and return its path."""
    directory: list[bytes] = []
    offset = 0
    with path.open("wb") as stream:
        for member in members:
            packed = member.packed()
            fields = member.fields(packed)
            place = offset
            offset += stream.write(b"PK\x03\x04" + fields + b"\0\0" + member.name + packed)
            tail = struct.pack("<HHHHII", 0, 0, 0, 0, member.mode << 16, place)
            directory.append(b"PK\x01\x02\x14\x03" + fields + tail + member.name)
        listing = b"".join(directory)
        # More members than the field can say are counted as the zip of old did: modulo 65,536.
        count = len(directory)
        numbers = (0, 0, count & 0xFFFF, count & 0xFFFF, len(listing), offset, 0)
        stream.write(listing + b"PK\x05\x06" + struct.pack("<HHHHIIH", *numbers))
    return path
