"""The desk's page: who waits, never what was reported; every step by a form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.signals.web.desk_words import doubts
from shared.problems import Conflict, Fault, InvalidInput
from shared.settings import Settings
from shared.vocabulary import LegalContext
from tests.web import brandsma, desk
from tests.web.conftest import SELIN, Reader

CASE = f"/signals/desk/cases/{brandsma.CASE_ID}"


@pytest.fixture
def keeper(settings: Settings, now: None) -> Reader:
    return Reader(settings, SELIN)


def test_the_desk_sees_who_waits_and_nothing_that_was_said(keeper: Reader) -> None:
    page = keeper.get("/signals/desk").get_data(as_text=True)
    assert "1 zaak zonder regisseur" in page
    assert "1 acuut bericht niet begrepen" in page
    assert "De voornaam is niet zeker genoeg gelijk." in page
    assert "Voornaam: zelfde voorletter." in page  # why the machine made the other link
    for item in brandsma.TIMELINE:
        for statement in item.statements:
            assert statement.text not in page


def test_the_desk_reads_in_english_why_the_machine_hesitates(keeper: Reader) -> None:
    page = keeper.get("/signals/desk", language="en").get_data(as_text=True)
    assert "The given names are not surely the same." in page
    assert "Surname: equal." in page
    assert "Achternaam" not in page


def test_the_desk_assigns_a_colleague(keeper: Reader) -> None:
    answer = keeper.post(
        f"/signals/desk/cases/{brandsma.CASE_ID}/assignments", subject=desk.SUBJECT
    )
    assert answer.status_code == 303
    expected = ("assign", brandsma.CASE_ID, desk.SUBJECT, "Marit de Jong", "coordinator")
    assert keeper.desk.done == [expected]
    assert "De zaak is toegewezen." in keeper.get("/signals/desk").get_data(as_text=True)
    assert "De zaak is toegewezen." not in keeper.get("/signals/desk").get_data(as_text=True)


def test_the_desk_assigns_someone_not_listed_by_number_and_name(keeper: Reader) -> None:
    keeper.post(
        f"/signals/desk/cases/{desk.OTHER}/assignments",
        other_subject=desk.OTHER, other_name=" Amal  Said ", kind="deputy",
    )  # fmt: skip
    assert keeper.desk.done == [("assign", desk.OTHER, desk.OTHER, "Amal Said", "deputy")]


def test_an_assignment_to_nobody_is_refused_with_words(keeper: Reader) -> None:
    answer = keeper.post(f"/signals/desk/cases/{desk.OTHER}/assignments", other_subject="7")
    assert answer.status_code == 400
    assert "Kies wie de zaak krijgt." in answer.get_data(as_text=True)
    assert keeper.desk.done == []


def test_a_closed_case_says_whom_to_name_first(keeper: Reader) -> None:
    keeper.desk.fails = InvalidInput(faults=[Fault("/subject", "not-named", "Name them.")])
    answer = keeper.post(
        f"/signals/desk/cases/{brandsma.CASE_ID}/assignments", subject=desk.SUBJECT
    )
    assert answer.status_code == 400
    assert "zet deze persoon eerst op de lijst" in answer.get_data(as_text=True)


def test_who_comes_second_sees_how_it_stands(keeper: Reader) -> None:
    keeper.desk.fails = Conflict("Look again.")
    answer = keeper.post(f"/signals/desk/links/{desk.LINK}/confirmations")
    assert answer.status_code == 409
    assert "Iemand was u voor." in answer.get_data(as_text=True)


def test_links_and_candidates_are_decided_by_a_human(keeper: Reader) -> None:
    keeper.post(f"/signals/desk/links/{desk.LINK}/confirmations")
    keeper.post(f"/signals/desk/candidates/{desk.OTHER}/decisions", same="no")
    assert keeper.desk.done == [("confirm", desk.LINK), ("decide", desk.OTHER, False)]
    assert keeper.post(f"/signals/desk/candidates/{desk.OTHER}/decisions").status_code == 400


def test_the_steps_of_the_wgs_are_one_button_each(
    settings: Settings, now: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = (
        replace(desk.WAITING, state="registered"),
        replace(desk.RUNNING, state="purpose_tested"),
    )
    monkeypatch.setattr(desk, "QUEUE", replace(desk.QUEUE, cases=cases))
    lisa = Reader(settings, replace(SELIN, legal_context=LegalContext.ZVH_WGS))
    page = lisa.get("/signals/desk").get_data(as_text=True)
    assert "Doel past niet" in page
    assert "Begin met verzamelen" in page
    lisa.post(f"/signals/desk/cases/{brandsma.CASE_ID}/purpose-tests", met="yes")
    lisa.post(f"/signals/desk/cases/{desk.OTHER}/collections")
    assert lisa.desk.done == [("test", brandsma.CASE_ID, True), ("collect", desk.OTHER)]


def test_a_coordinator_has_no_desk(reader: Reader) -> None:
    assert reader.get("/signals/desk").status_code == 404


@pytest.mark.parametrize(
    ("this", "known", "said"),
    [
        ("1979", "1979-05-02", "Van een van beide is alleen het geboortejaar bekend."),
        ("1979-05-02", "1979-05", "Van een van beide zijn alleen geboortejaar en maand bekend."),
        ("1979-05-02", "1979-05-02", "De geboortedatum is gelijk, maar alleen dat is niet genoeg."),
        ("1979-05-02", "1979-02-05", "De geboortedatum is niet zeker genoeg gelijk."),
    ],
)
def test_a_doubt_about_a_birth_date_says_what_is_known(
    words: None, this: str, known: str, said: str
) -> None:
    proposal = replace(
        desk.QUEUE.proposals[0],
        this_birth_date=this,
        known_birth_date=known,
        reasons=("birth_date_uncertain",),
    )
    assert doubts(proposal) == [said]
