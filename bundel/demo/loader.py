"""Loads the demonstration into a running Bundel: push, wait for linking, let people act, write
demo.json. It can be broken off anywhere and run again: it goes on and doubles nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from bundel.demo.demo_file import write_demo_file
from bundel.demo.desk_work import DeskWork, StoryPlace
from bundel.demo.model import Delivery, Source, Step
from bundel.demo.plan import HOUSEHOLDS, Plan, Progress, keep_plan
from bundel.demo.problems import DemonstrationFailed
from bundel.demo.simulators import Simulation, SourceSystem
from bundel.demo.townspeople import Townspeople
from bundel.installation import Installation, find_installation
from services.audit.log.note import Signer
from shared import clock
from shared.clients.transport import PooledTransport, Transport
from shared.problems import Unavailable
from shared.settings import SERVICES, Settings

COMPLETE = "complete"  # the step that says that nothing is left to do
_UNLINKED = ("received", "waiting")
_READY_SECONDS = 60.0
_STILL_SECONDS = 120.0  # linking is given up when nothing moves for this long
_REQUEST_SECONDS = 30.0


class Pace(Protocol):
    """How the loader waits. Between processes it sleeps; tests let the workers run instead."""

    def wait(self) -> None: ...


class Sleeping:
    """Half a second at a time."""

    def wait(self) -> None:
        clock.pause(0.5)


@dataclass(frozen=True)
class Loaded:
    """What was loaded: how many signals, and where each story is."""

    plan: Plan
    signals: int
    places: tuple[StoryPlace, ...]


def load_demonstration(
    settings: Settings,
    households: int = HOUSEHOLDS,
    transport: Transport | None = None,
    pace: Pace | None = None,
    console: Console | None = None,
) -> Loaded:
    """Loads `households` households (the ten stories among them) unless that was done before.

    Raises DemonstrationFailed with the real error, Unavailable when a service does not answer.
    """
    transport = transport or PooledTransport(timeout=_REQUEST_SECONDS)
    loader = _Loader(settings, transport, pace or Sleeping(), console or Console(stderr=True))
    return loader.load(households)


class _Loader:
    def __init__(
        self, settings: Settings, transport: Transport, pace: Pace, console: Console
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._pace = pace
        self._console = console
        self._folder = settings.home / "demo"

    def load(self, households: int) -> Loaded:
        self._wait_until_ready()
        installation = find_installation(self._settings)
        plan = keep_plan(self._folder, households)
        progress = Progress(self._folder)
        if COMPLETE in progress:
            return self._told(plan, int(progress.result(COMPLETE)), kept_places(plan, progress))
        deliveries = plan.deliveries()
        systems = {source: SourceSystem(source, installation, self._transport) for source in Source}
        with self._bar() as bar:
            task = bar.add_task("Bronnen sturen signalen", total=len(deliveries))
            simulation = Simulation(systems, progress, lambda count: bar.advance(task, count))
            simulation.run(deliveries)
            pushed = list(simulation.signal_ids(deliveries))
            task = bar.add_task("Bundel koppelt", total=len(pushed))
            self._wait_until_linked(systems, pushed, bar, int(task))
            places = self._let_people_act(plan, progress, installation, systems, bar)
        progress.add([(COMPLETE, str(len(pushed)))])
        return self._told(plan, len(pushed), places)

    def _told(self, plan: Plan, signals: int, places: Sequence[StoryPlace]) -> Loaded:
        # Written each time, last: the address may be another one than the time before.
        write_demo_file(self._settings, places, self._log_public_key())
        return Loaded(plan, signals, tuple(places))

    def _bar(self) -> Bar:
        return Bar(
            TextColumn("{task.description:<26}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )

    def _wait_until_ready(self) -> None:
        """Every service answers its readiness check, or Unavailable says which does not."""
        until = clock.monotonic() + _READY_SECONDS
        for service in SERVICES:
            url = f"{self._settings.base_url}/{service}/readyz"
            while not self._is_ready(url):
                if clock.monotonic() > until:
                    raise Unavailable(f"{service} is not ready at {url}.")
                self._pace.wait()

    def _is_ready(self, url: str) -> bool:
        try:
            return self._transport.send("GET", url).status == 200
        except Unavailable:
            return False

    def _wait_until_linked(
        self,
        systems: Mapping[Source, SourceSystem],
        pushed: Sequence[tuple[Source, str]],
        bar: Bar,
        task: int,
    ) -> None:
        moved = clock.monotonic()
        for source, signal_id in pushed:
            while True:
                try:
                    state = str(systems[source].status(signal_id)["state"])
                except Unavailable:
                    state = "waiting"
                if state not in _UNLINKED:
                    break
                if clock.monotonic() - moved > _STILL_SECONDS:
                    raise DemonstrationFailed(
                        f"Linking stands still: {signal_id} of {source} is {state!r} for"
                        f" {_STILL_SECONDS:.0f} seconds. Look at the log of the signals service."
                    )
                self._pace.wait()
            moved = clock.monotonic()
            bar.advance(bar.task_ids[task], 1)

    def _let_people_act(
        self,
        plan: Plan,
        progress: Progress,
        installation: Installation,
        systems: Mapping[Source, SourceSystem],
        bar: Bar,
    ) -> list[StoryPlace]:
        stories = plan.stories
        mentions = self._mentions(plan, progress, systems)
        work = DeskWork(Townspeople(installation, self._transport), progress, mentions)
        task = bar.add_task("Mensen wijzen toe", total=len(stories) + 1)
        places = []
        for story in stories:
            places.append(work.settle(story))
            bar.advance(task)
        progress.add(place.step for place in places)
        work.settle_quiet(frozenset(home for place in places for home in place.household_ids))
        bar.advance(task)
        return places

    def _mentions(
        self, plan: Plan, progress: Progress, systems: Mapping[Source, SourceSystem]
    ) -> dict[tuple[str, str], str]:
        """Mention ids of the signals that consents are about, asked of their own sources."""
        wanted = {
            reference
            for story in plan.stories
            for consent in story.consents
            for reference in consent.references
        }
        found = {}
        for delivery in self._pushes(plan):
            signal = delivery.signal
            if signal.reference not in wanted:
                continue
            status = systems[signal.source].status(progress.result(delivery.key))
            for person in status["persons"]:
                found[signal.reference, str(person["ref"])] = str(person["mentionId"])
        return found

    def _pushes(self, plan: Plan) -> list[Delivery]:
        told = [d for story in plan.stories for d in story.deliveries]
        return [delivery for delivery in told if delivery.step is Step.PUSH]

    def _log_public_key(self) -> str:
        signer = Signer(self._settings.log_origin, self._settings.key("LOG_KEY"))
        return str(signer.verifier)


def kept_places(plan: Plan, progress: Progress) -> list[StoryPlace]:
    """Where the stories were found when they were loaded."""
    return [StoryPlace.of(story, progress) for story in plan.stories]


def demo_told(settings: Settings) -> dict[str, object]:
    """What demo.json says; {} when the demonstration was not loaded."""
    path = settings.home / "demo.json"
    if not path.exists():
        return {}
    told: dict[str, object] = json.loads(path.read_text())
    return told
