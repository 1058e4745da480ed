"""One Bundel per folder: two would write to the same files and undo each other's work.

A lock on a file in the home folder (flock): the kernel frees it when the process dies, however it
dies, so nothing is left to clean up.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from typing import TextIO

from shared.settings import Settings

FILE = "running.lock"


class RunsAlready(Exception):
    """Another Bundel serves from this folder; the text says where and what to do."""


class Seat:
    """The place of the one that serves from `settings.home`. The file tells where it is reached."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file: TextIO | None = None

    def take(self) -> None:
        """Raises RunsAlready when somebody else has it; taking it twice is taking it once."""
        if self._file is not None:
            return
        self._settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (self._settings.home / FILE).open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            where = _told(file)
            file.close()
            raise RunsAlready(
                f"Bundel runs already from {self._settings.home}{where}. Use that one, or stop it "
                "first. A second one needs a folder and a port of its own: "
                "BUNDEL_HOME=/other/folder BUNDEL_PORT=8090"
            ) from error
        file.truncate(0)
        json.dump({"address": f"{self._settings.base_url}/", "process": os.getpid()}, file)
        file.flush()
        self._file = file

    def leave(self) -> None:
        """May be called twice. The file stays: taking it away could free another's lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _told(file: TextIO) -> str:
    """Where the other one is, as far as it has said so by now."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        file.seek(0)
        told = json.load(file)
        return f", at {told['address']} (process {told['process']})"
    return ""
