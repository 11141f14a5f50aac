"""zip_folder.py FOLDER FILE: FILE as a zip of FOLDER's content, the same bytes for the same content."""

import os
import sys
import zipfile
from pathlib import Path

NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first that the format knows


def main(folder: Path, file: Path) -> None:
    new = file.with_suffix(".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | path.stat().st_mode & 0o777) << 16
            archive.writestr(entry, path.read_bytes())
    os.replace(new, file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
