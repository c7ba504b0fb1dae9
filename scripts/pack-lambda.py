#!/usr/bin/env python3
"""Packs an executable for Lambda: pack-lambda.py EXECUTABLE ZIP

The archive holds one file, `bootstrap`, and depends on nothing but its bytes, so that a function
whose code did not change is not deployed again. Fails when the executable needs a shared library
or the archive is too large to start quickly.
"""

import struct
import sys
import zipfile
from pathlib import Path

# Bytes. A function's start reads them. Single acknowledgement, parking and webhooks took the 6.5 MB
# before to the end; a start does not run what they added.
LARGEST = 7_500_000
INTERPRETER = 3  # PT_INTERP: the program header of an executable that is not fully static


def main():
    executable, archive = map(Path, sys.argv[1:])
    content = executable.read_bytes()
    if INTERPRETER in program_headers(content):
        sys.exit(f"pack-lambda: {executable.name} is not fully static")
    archive.parent.mkdir(parents=True, exist_ok=True)
    write(archive, content)
    size = archive.stat().st_size
    print(f"{archive}: {size:,} bytes, {len(content):,} unpacked")
    if size > LARGEST:
        archive.unlink()
        sys.exit(f"pack-lambda: {archive.name} would be larger than {LARGEST:,} bytes")


def program_headers(content):
    """The types of a 64-bit little-endian ELF file's program headers."""
    if content[:6] != b"\x7fELF\x02\x01":
        sys.exit("pack-lambda: not a 64-bit little-endian ELF file")
    (start,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    return [struct.unpack_from("<I", content, start + size * i)[0] for i in range(count)]


def write(archive, content):
    entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system = 3
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(entry, content, compresslevel=9)


if __name__ == "__main__":
    main()
