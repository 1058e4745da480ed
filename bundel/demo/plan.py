"""What is loaded, decided once: seed, day and size are kept, so that a second run adds nothing.

Kept in BUNDEL_HOME/demo/, with every step that was done; a run that was broken off goes on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from bundel.demo.model import Delivery
from bundel.demo.population import population
from bundel.demo.stories import all_stories
from bundel.demo.stories.model import Story
from shared import clock

SEED = 20_260
HOUSEHOLDS = 300  # ten stories among them


@dataclass(frozen=True)
class Plan:
    seed: int
    today: date
    households: int

    @property
    def stories(self) -> tuple[Story, ...]:
        return all_stories(self.today)

    def deliveries(self) -> list[Delivery]:
        """Everything that is delivered, in the order of time."""
        quiet = max(0, self.households - len(self.stories))
        told = [d for story in self.stories for d in story.deliveries]
        told += [d for one in population(self.seed, quiet, self.today) for d in one.deliveries]
        return sorted(told, key=lambda delivery: (delivery.at, delivery.key))


def keep_plan(folder: Path, households: int, seed: int = SEED) -> Plan:
    """The plan that was kept in `folder`, or a new one that is kept from now on."""
    path = folder / "plan.json"
    if path.exists():
        kept = json.loads(path.read_text())
        return Plan(kept["seed"], date.fromisoformat(kept["today"]), kept["households"])
    plan = Plan(seed, clock.today(), households)
    write_private(path, json.dumps({**asdict(plan), "today": plan.today.isoformat()}))
    return plan


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


class Progress:
    """Steps that were done, with what they gave: one JSON line each, only ever appended.

    A line that was cut off by a crash is a step not done: every step may be done again safely.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / "progress.ndjson"
        self._done = dict(self._read())

    def __contains__(self, step: str) -> bool:
        return step in self._done

    def result(self, step: str) -> str:
        """What the step gave (an id, or ""). Raises KeyError when it was not done."""
        return self._done[step]

    def add(self, steps: Iterable[tuple[str, str]]) -> None:
        """Notes (step, result) pairs; they are on disk when this returns."""
        pairs = list(steps)
        lines = "".join(json.dumps([step, result]) + "\n" for step, result in pairs)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        self._done.update(pairs)

    def _read(self) -> Iterator[tuple[str, str]]:
        if not self._path.exists():
            return
        text = self._path.read_text(encoding="utf-8")
        if text and not text.endswith("\n"):
            # What a crash cut off is taken away, or the next line would be joined to it.
            text = text[: text.rfind("\n") + 1]
            write_private(self._path, text)
        for line in text.splitlines():
            step, result = json.loads(line)
            yield step, result
