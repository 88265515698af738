"""Packs a folder as a .tar.gz that depends on nothing but names and contents: archive.py FOLDER FILE.

Names are in order, owners are nobody in particular, and the time of every file is SOURCE_DATE_EPOCH or the last
commit's.
"""

from __future__ import annotations

import gzip
import io
import sys
import tarfile
from pathlib import Path

from reproducible import epoch


def packed(folder: Path) -> bytes:
    """The archive of a folder, under the folder's own name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in [folder, *sorted(folder.rglob("*"), key=lambda path: path.as_posix())]:
            entry = tar.gettarinfo(path, str(path.relative_to(folder.parent).as_posix()))
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = epoch()
            executable = entry.isdir() or entry.issym() or bool(entry.mode & 0o100)
            entry.mode = 0o755 if executable else 0o644
            # A second name of one file is stored as a file of its own.
            if entry.islnk():
                entry.type, entry.linkname, entry.size = tarfile.REGTYPE, "", path.stat().st_size
            if entry.isreg():
                tar.addfile(entry, io.BytesIO(path.read_bytes()))
            else:
                tar.addfile(entry)
    return gzip.compress(buffer.getvalue(), compresslevel=9, mtime=0)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: archive.py FOLDER FILE")
    Path(sys.argv[2]).write_bytes(packed(Path(sys.argv[1])))
