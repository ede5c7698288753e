"""A disk whose power can be cut: a file system in a file, whose memory is thrown away by one call of the kernel."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# FS_IOC_SHUTDOWN, and the flag that also drops what the file system's own journal has not flushed
# Source: Linux, include/uapi/linux/fs.h and fs/ext4/ext4.h (EXT4_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH)
SHUTDOWN = 0x8004587D
WITHOUT_FLUSH = 2
MEBIBYTES = 400


class Disk:
    """An ext4 file system on a loop device."""

    def __init__(self, folder: Path, mebibytes: int = MEBIBYTES) -> None:
        """Make it, and mount it; skip the test where that is not allowed."""
        if shutil.which("mkfs.ext4") is None:
            pytest.skip("no mkfs.ext4")
        self.image, self.place = folder / "disk.img", folder / "disk"
        self.place.mkdir()
        with self.image.open("wb") as file:
            file.truncate(mebibytes << 20)
        made = subprocess.run(["mkfs.ext4", "-q", "-F", str(self.image)], capture_output=True, check=False)
        if made.returncode or not self.mount():
            pytest.skip("may not mount a disk of its own")

    def mount(self) -> bool:
        """Mount it; whatever was not flushed before the cut is gone."""
        mount = ["mount", "-o", "loop", str(self.image), str(self.place)]
        return subprocess.run(mount, capture_output=True, check=False).returncode == 0

    def flush(self) -> None:
        """Bring everything so far onto it."""
        subprocess.run(["sync", "-f", str(self.place)], check=True)

    def fill(self, left: int) -> Path:
        """Take the room on it until so many bytes are left, by a file that can be removed."""
        self.flush()
        filler, room = self.place / "filler", os.statvfs(self.place)
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_bsize - left)
        return filler

    def cut(self) -> None:
        """Cut the power: what was not flushed is gone."""
        place = os.open(self.place, os.O_RDONLY)
        fcntl.ioctl(place, SHUTDOWN, struct.pack("I", WITHOUT_FLUSH))
        os.close(place)

    def unmount(self) -> None:
        """Take it away, once processes that were killed have let go of it."""
        for _ in range(200):
            if subprocess.run(["umount", str(self.place)], capture_output=True, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise AssertionError(f"{self.place} stays in use")
