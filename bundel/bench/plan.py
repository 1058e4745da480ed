"""Which lines there are, in which group, at which size, and the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from sqlalchemy.exc import SQLAlchemyError

from bundel.bench import audit_log, decision, intake, memory, picture, searching
from bundel.bench.callers import CallFailed
from bundel.bench.ground import Ground, opened_ground, settings_in, temporary_home
from bundel.bench.line import GOALS, Line
from bundel.bench.material import Material
from bundel.bench.slow_disk import audit_append_2ms
from bundel.demo.problems import DemonstrationFailed
from bundel.serve.supervisor import StartFailed
from shared.problems import Problem
from shared.settings import Settings

GROUPS = {
    "intake": ("intake_single", "intake_batch", "intake_batch_linked"),
    "linking": ("intake_single", "intake_batch_linked"),
    "decision": ("decision_evaluations_200",),
    "policy": ("decision_evaluations_200",),
    "picture": ("open_200", "open_page", "read_fail_closed"),
    "search": ("search_fts",),
    "audit": ("audit_append", "audit_append_2ms", "log_verify"),
    "load": ("read_fail_closed", "memory"),
}
Told = Callable[[str], None]
_FAILURES = (CallFailed, StartFailed, DemonstrationFailed, Problem, SQLAlchemyError, OSError)


@dataclass(frozen=True)
class Scale:
    """How much is stored before something is measured, and how long one line may take."""

    seconds: float
    persons: int
    households: int  # that the searcher may see
    documents: int  # in the search index
    history: int  # signals of the household that is opened
    log: int  # entries of the log that is verified


SCALES = {
    "small": Scale(8, 1_000, 40, 10_000, 200, 20_000),
    "full": Scale(20, 100_000, 500, 100_000, 200, 200_000),
}


def names_of(asked: Collection[str]) -> list[str]:
    """Lines of the groups and lines asked for, in the order of GOALS; nothing asked: all.

    Raises KeyError with the name that is neither.
    """
    wanted: set[str] = set()
    for name in asked:
        wanted.update((name,) if name in GOALS else GROUPS[name])
    return [name for name in GOALS if name in wanted or not asked]


def measure(names: Collection[str], scale: Scale, told: Told) -> Iterator[Line]:
    """The lines, each as soon as it is known; one that fails says why and the others go on."""
    with temporary_home() as home, ExitStack() as stack:
        settings = settings_in(home)
        yield from _log_lines(names, scale, settings, told)
        served = [name for name in names if name not in GROUPS["audit"]]
        if not served:
            return
        told("starting all services")
        try:
            ground = stack.enter_context(opened_ground(settings))
        except _FAILURES as error:
            yield from (Line(name, why=f"the services do not start: {error}") for name in served)
            return
        yield from _served_lines(served, scale, _Stage(ground, scale, told), told)


def _log_lines(
    names: Collection[str], scale: Scale, settings: Settings, told: Told
) -> Iterator[Line]:
    asked = [name for name in GROUPS["audit"] if name in names]
    if not asked:
        return
    with audit_log.opened_log(settings) as log:
        for name in asked:
            told(name)
            if name == "audit_append":
                yield _tried(name, lambda: audit_log.audit_append(log, scale.seconds))
            elif name == "audit_append_2ms":
                yield _tried(name, lambda: audit_append_2ms(settings.home, scale.seconds))
            else:
                yield _tried(name, lambda: audit_log.log_verify(log, scale.log))


class _Stage:
    """What several lines need, made when the first of them asks."""

    def __init__(self, ground: Ground, scale: Scale, told: Told) -> None:
        self.ground = ground
        self.material = Material()
        self._scale = scale
        self._told = told
        self._stocked = False
        self._opened: picture.OpenedHousehold | CallFailed | None = None
        self._batches: tuple[Line, Line] | None = None

    @property
    def stored(self) -> int:
        if not self._stocked:
            self._told(f"storing {self._scale.persons} invented persons")
            intake.stock(self.ground, self.material, self._scale.persons)
            self._stocked = True
        return self._scale.persons

    @property
    def household(self) -> picture.OpenedHousehold:
        if self._opened is None:
            self._told(f"storing a household with {self._scale.history} signals")
            try:
                self._opened = picture.prepare_household(self.ground, self._scale.history)
            except CallFailed as error:
                self._opened = error  # every line that needs it says the same
        if isinstance(self._opened, CallFailed):
            raise self._opened
        return self._opened

    def batches(self) -> tuple[Line, Line]:
        if self._batches is None:
            self._batches = intake.intake_batches(
                self.ground, self.material, self._scale.seconds, self.stored
            )
        return self._batches


def _served_lines(
    names: Collection[str], scale: Scale, stage: _Stage, told: Told
) -> Iterator[Line]:
    ground, seconds = stage.ground, scale.seconds
    lines: dict[str, Callable[[], Line]] = {
        "intake_single": lambda: intake.intake_single(
            ground, stage.material, seconds, stage.stored
        ),
        "intake_batch": lambda: stage.batches()[0],
        "intake_batch_linked": lambda: stage.batches()[1],
        "decision_evaluations_200": lambda: decision.evaluations(ground, seconds),
        "open_200": lambda: picture.open_json(stage.household, seconds),
        "open_page": lambda: picture.open_page(stage.household, seconds),
        "read_fail_closed": lambda: picture.read_fail_closed(stage.household, seconds),
        "search_fts": lambda: searching.search_fts(
            ground, stage.material, seconds, scale.households, scale.documents, stage.stored
        ),
        "memory": lambda: memory.largest(ground),
    }
    for name, line in lines.items():
        if name in names:
            told(name)
            yield _tried(name, line)


def _tried(name: str, measured: Callable[[], Line]) -> Line:
    try:
        line = measured()
    except _FAILURES as error:
        return Line(name, why=f"{type(error).__name__}: {error}")
    return replace(line, name=name)
