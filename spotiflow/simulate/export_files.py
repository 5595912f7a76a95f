"""Pack rows as the zip that Spotify sends: an extended streaming history of late 2024 and after."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from spotiflow.simulate.export_rows import Row

FOLDER = "Spotify Extended Streaming History"
README = "ReadMeFirst_ExtendedStreamingHistory.pdf"
# Spotify cuts at about 12 MB or 16,000 rows; a year would then be one file and show nothing of the parts.
_ROWS_PER_FILE = 4000
# Unix, and -rw-r--r--: what the zip says does not depend on the machine that wrote it.
_UNIX, _MODE = 3, 0o100644 << 16


def _years(rows: list[Row]) -> str:
    """Return the years of a file as its name gives them: `2026` or `2025-2026`."""
    first, last = rows[0]["ts"][:4], rows[-1]["ts"][:4]
    return first if first == last else f"{first}-{last}"


def _json(rows: list[Row]) -> str:
    """Print rows the way Spotify does, one key a line."""
    # The separator makes the indent: the encoder's own `indent` would be ten times slower.
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",\n    ", ": ")).encode
    return "[\n" + ",\n".join(f"  {{\n    {encode(row)[1:-1]}\n  }}" for row in rows) + "\n]"


def _pdf(text: str) -> bytes:
    """Return a valid PDF of one line, where Spotify explains its fields."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + trailer


def _members(audio: list[Row], video: list[Row]) -> Iterator[tuple[str, bytes]]:
    """Yield file names and contents."""
    for number, start in enumerate(range(0, len(audio), _ROWS_PER_FILE)):
        part = audio[start : start + _ROWS_PER_FILE]
        yield f"Streaming_History_Audio_{_years(part)}_{number}.json", _json(part).encode()
    if video:
        yield f"Streaming_History_Video_{_years(video)}.json", _json(video).encode()
    yield README, _pdf("Simulated by spotiflow. This listening history belongs to no real person.")


def write_export(path: Path, audio: list[Row], video: list[Row], *, dated: date) -> None:
    """Write the zip; rows must be in order of `ts`, and the same rows and date give the same bytes."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in _members(audio, video):
            info = ZipInfo(f"{FOLDER}/{name}", (dated.year, dated.month, dated.day, 12, 0, 0))
            info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, _UNIX, _MODE
            archive.writestr(info, content)
