"""Resident memory of each service after the other lines have run."""

from __future__ import annotations

import re
from pathlib import Path

from bundel.bench.ground import Ground
from bundel.bench.line import Line

_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)


def resident_mb(process_id: int) -> float:
    """Resident memory in MB (10^6 bytes). Raises OSError where /proc does not tell."""
    found = _RESIDENT.search(Path(f"/proc/{process_id}/status").read_text())
    if found is None:
        raise OSError(f"/proc/{process_id}/status does not tell VmRSS")
    return int(found.group(1)) * 1024 / 1e6


def largest(ground: Ground) -> Line:
    """The service that takes most, beside the bare peer."""
    services = {name: resident_mb(number) for name, number in ground.process_ids().items()}
    peer = resident_mb(ground.peer_process_id)
    most = max(services.values())
    note = ", ".join(f"{name} {size:.0f}" for name, size in services.items())
    return Line("memory", most, peer, most / peer, len(services), note)
