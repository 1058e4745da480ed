"""The whole of Bundel in one process, for faults that need no processes of their own."""

from __future__ import annotations

from tests.signals.conftest import both_worlds, world

__all__ = ["both_worlds", "world"]
