"""Makes a wheel smaller, and nothing else of it: recompress.py WHEEL...

Its files are deflated by zopfli, which takes longer and finds a thirtieth more than zlib; every installer reads it.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from zopfli import ZipFile

# More rounds take longer and win a thousandth.
ROUNDS = 5


def recompress(wheel: Path) -> None:
    """Writes a wheel anew, with the same files in the same order, of the same times and modes."""
    smaller = wheel.with_suffix(".smaller")
    with (
        zipfile.ZipFile(wheel) as before,
        ZipFile(smaller, "w", zipfile.ZIP_DEFLATED, iterations=ROUNDS) as after,
    ):
        for entry in before.infolist():
            kept = zipfile.ZipInfo(entry.filename, entry.date_time)
            kept.external_attr, kept.create_system = entry.external_attr, entry.create_system
            kept.compress_type = entry.compress_type
            after.writestr(kept, before.read(entry))
    smaller.replace(wheel)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        recompress(Path(name))
