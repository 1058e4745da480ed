"""The signals pages in an app of their own, with the hand-made household behind the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pytest
from flask import Flask, Response, g
from werkzeug.test import Client, TestResponse

from services.signals.desk.doubting import Objected, PersonDoubt
from services.signals.desk.model import CasePersons, Foreseen, Judged, Pair, Queue
from services.signals.desk.narratives import Narrative, Redacted, WithheldList
from services.signals.desk.quarantine import HeldDone, HeldMessage
from services.signals.desk.viewers import Separations, Told, ViewersOf
from services.signals.intake.mending import Change
from services.signals.intake.status import Held
from services.signals.picture.model import Picture, Worklist
from services.signals.search.model import Facet, Hit, SearchQuery, SearchResult
from services.signals.web import install
from services.signals.web.desk_doors import Desk
from shared import clock
from shared.authentication.actor import Actor
from shared.authentication.sessions import Session
from shared.http import Wiring, create_service, mounted
from shared.problems import Fault, InvalidInput, NotFound
from shared.settings import Settings
from shared.vocabulary import Agency, LegalContext, Role
from tests.web import brandsma, desk

MARIT = Actor(
    "m", "bundel-signals", Role.COORDINATOR, "vt-utrecht", Agency.VEILIG_THUIS, "utrecht",
    LegalContext.VT_TASK, "Marit de Jong",
)  # fmt: skip
SELIN = replace(MARIT, subject="s", role=Role.DESK, name="Selin Kaya")


@dataclass
class HandMade:
    """A door with one household in it, which notes every look."""

    picture: Picture = brandsma.PICTURE
    listed: Worklist = field(default_factory=brandsma.worklist)
    looks: list[tuple[str, str]] = field(default_factory=list)

    def open(self, actor: Actor, case_id: str, purpose: str) -> Picture:
        if case_id != self.picture.case.id:
            raise NotFound
        self.looks.append((case_id, purpose))
        return self.picture

    def worklist(self, actor: Actor, purpose: str) -> Worklist:
        return self.listed


@dataclass
class HandSearched:
    """Finds the acute signal for any word, and notes the question."""

    asked: list[SearchQuery] = field(default_factory=list)
    pages: int = 1

    def search(self, actor: Actor, query: SearchQuery) -> SearchResult:
        self.asked.append(query)
        if not query.text:
            raise InvalidInput(faults=[Fault("/text", "no-words", "Give a word.")])
        item = brandsma.TIMELINE[1]
        statement = item.statements[0].text
        hit = Hit(
            brandsma.CASE_ID, brandsma.CASE.household_id, "Brandsma", item.signal_id, item.agency,
            item.organisation, item.occurred_from, item.reported_at, item.severity, item.category,
            statement,
        )  # fmt: skip
        facets = (Facet("agency", "youth_care", 1), Facet("year", "2026", 1))
        return SearchResult(1, query.page, self.pages, (hit,), facets)


@dataclass
class HandKept:
    """A desk with an acute case to assign, a running one, two proposals and a held message."""

    done: list[tuple[object, ...]] = field(default_factory=list)
    fails: Exception | None = None
    foreseen: Foreseen = desk.JOINS

    def queue(self, actor: Actor) -> Queue:
        return desk.QUEUE

    def known(self, actor: Actor) -> list[tuple[str, str]]:
        return [(desk.SUBJECT, "Marit de Jong")]

    def _do(self, *what: object) -> str:
        if self.fails:
            raise self.fails
        self.done.append(what)
        return ""

    def assign(
        self, actor: Actor, case_id: str, subject: str, name: str, kind: str = "coordinator"
    ) -> object:
        return self._do("assign", case_id, subject, name, kind)

    def name_actors(self, actor: Actor, case_id: str, add: list[str], remove: list[str]) -> object:
        return self._do("name", case_id, add, remove)

    def test_purpose(self, actor: Actor, case_id: str, *, met: bool = True) -> object:
        return self._do("test", case_id, met)

    def begin_collecting(self, actor: Actor, case_id: str) -> object:
        return self._do("collect", case_id)

    def open(self, actor: Actor, candidate_id: str) -> Pair:
        return desk.PAIR

    def foresee(self, actor: Actor, candidate_id: str, *, same: bool) -> Foreseen:
        return self.foreseen

    def decide(self, actor: Actor, candidate_id: str, *, same: bool) -> Judged:
        return self._judged("decide", candidate_id, same)

    def postpone(self, actor: Actor, candidate_id: str, until: date, reason: str) -> Judged:
        return self._judged("later", candidate_id, until.isoformat(), reason)

    def confirm(self, actor: Actor, link_id: str) -> Judged:
        return self._judged("confirm", link_id)

    def persons(self, actor: Actor, case_id: str) -> CasePersons:
        return desk.PERSONS

    def foresee_split(self, actor: Actor, link_id: str, person_id: str | None) -> Foreseen:
        return self.foreseen

    def split(self, actor: Actor, link_id: str, person_id: str | None) -> Judged:
        return self._judged("split", link_id, person_id)

    def foresee_merge(self, actor: Actor, survivor: str, absorbed: str) -> Foreseen:
        return self.foreseen

    def merge(self, actor: Actor, survivor: str, absorbed: str) -> Judged:
        return self._judged("merge", survivor, absorbed)

    def foresee_unmerge(self, actor: Actor, merge_id: str, *, for_good: bool) -> Foreseen:
        return self.foreseen

    def unmerge(self, actor: Actor, merge_id: str, *, for_good: bool) -> Judged:
        return self._judged("unmerge", merge_id, for_good)

    def separations(self, actor: Actor) -> Separations:
        return desk.SEPARATIONS

    def viewers(self, actor: Actor, separation_id: str) -> ViewersOf:
        return desk.VIEWERS

    def tell(self, actor: Actor, separation_id: str, subject: str) -> Told:
        self._do("tell", separation_id, subject)
        return Told(separation_id, subject, "")

    def _judged(self, *what: object) -> Judged:
        self._do(*what)
        return Judged("", "")


@dataclass
class HandHeld:
    """A quarantine with one message in it."""

    kept: HandKept

    def listed(self, actor: Actor, page: int = 1) -> tuple[int, list[Held]]:
        return 1, [desk.HELD]

    def open(self, actor: Actor, held_id: str) -> HeldMessage:
        return HeldMessage(brandsma.NOW, desk.HELD, desk.LEAVES)

    def mend(
        self, actor: Actor, held_id: str, changes: Sequence[Change], *, drop_unknown: bool = False
    ) -> HeldDone:
        self.kept._do("mend", held_id, *[(one.pointer, one.value) for one in changes])
        return HeldDone(held_id, "", "mended")

    def send_back(self, actor: Actor, held_id: str, reason: str) -> HeldDone:
        self.kept._do("return", held_id, reason)
        return HeldDone(held_id, "", "returned")


@dataclass
class HandText:
    """One withheld text."""

    kept: HandKept

    def listed(self, actor: Actor) -> WithheldList:
        return WithheldList(brandsma.NOW, (desk.WITHHELD,))

    def open(self, actor: Actor, signal_id: str) -> Narrative:
        return Narrative(brandsma.NOW, desk.WITHHELD, desk.TEXTS)

    def redact(self, actor: Actor, signal_id: str, texts: Mapping[str, str]) -> Redacted:
        self.kept._do("redact", signal_id, dict(texts))
        return Redacted(signal_id, "")


@dataclass
class HandDoubt:
    """A person of the household, named in one signal."""

    kept: HandKept

    def about(self, actor: Actor, case_id: str, person_id: str, purpose: str) -> PersonDoubt:
        return PersonDoubt(case_id, "26-1184", person_id, "Ilse Brandsma", (desk.NAMED,))

    def doubt(
        self, actor: Actor, case_id: str, person_id: str, signal_id: str, purpose: str, reason: str
    ) -> Objected:
        self.kept._do("doubt", case_id, person_id, signal_id, purpose, reason)
        return Objected("", case_id)


class Reader:
    """A browser without a screen: keeps the session's notes between requests."""

    def __init__(self, settings: Settings, actor: Actor | None) -> None:
        self.actor = actor
        self.door = HandMade()
        self.searches = HandSearched()
        self.notes: dict[str, str] = {}
        wiring = Wiring("signals", settings, lambda: self.actor, lambda _actor, _endpoint: None)
        self.app, _api = create_service(wiring, title="Signals", description="Pages under test.")
        self.app.before_request_funcs.setdefault(None, []).insert(0, self._open_session)
        self.app.after_request(self._keep_session)
        self.desk = HandKept()
        install(
            self.app,
            pictures=self.door,
            searches=self.searches,
            desk=Desk(
                queue=self.desk,
                judging=self.desk,
                people=self.desk,
                undoing=self.desk,
                cases=self.desk,
                viewers=self.desk,
                staff=self.desk,
                quarantine=HandHeld(self.desk),
                narratives=HandText(self.desk),
                doubting=HandDoubt(self.desk),
            ),
        )
        self.app.testing = True
        self.app.config["RAISE_UNEXPECTED"] = True
        self._client = Client(mounted(self.app, "signals"))

    def _open_session(self) -> None:
        g.bundel_session = Session("", 0, "", "", "csrf-of-this-session", 0, 0, dict(self.notes))

    def _keep_session(self, response: Response) -> Response:
        self.notes = dict(g.bundel_session.notes)
        return response

    def get(self, path: str, language: str = "nl") -> TestResponse:
        headers = {"Accept": "text/html", "Accept-Language": language}
        return self._client.get(path, headers=headers)

    def post(self, path: str, **form: str) -> TestResponse:
        return self._client.post(
            path,
            data={"csrf_token": "csrf-of-this-session", **form},
            headers={"Accept": "text/html"},
        )


@pytest.fixture
def now() -> Iterator[None]:
    clock.set_source(lambda: brandsma.NOW)
    yield
    clock.set_source(None)


@pytest.fixture
def reader(settings: Settings, now: None) -> Reader:
    return Reader(settings, MARIT)


@pytest.fixture
def words(settings: Settings) -> Iterator[Flask]:
    """A request in Dutch, for code that asks which language to speak."""
    made = Reader(settings, MARIT).app
    with made.test_request_context("/"):
        yield made
