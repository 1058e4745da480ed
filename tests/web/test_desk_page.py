"""The desk's page: who waits, never what was reported; every step by a form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.signals.desk.model import Foreseen
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


def test_a_pair_is_shown_in_words_and_masks_say_why(keeper: Reader) -> None:
    page = keeper.get(f"/signals/desk/candidates/{desk.OTHER}").get_data(as_text=True)
    for said in (
        "Is dit dezelfde persoon?", "lijkt erop", "pleit ervoor", "pleit ertegen",
        "vermeld (het nummer zelf ziet u niet)", "afgeschermd: dit adres toont Bundel aan niemand",
    ):  # fmt: skip
        assert said in page
    assert "score" not in page.casefold()


def test_nothing_is_decided_before_it_was_confirmed(keeper: Reader) -> None:
    path = f"/signals/desk/candidates/{desk.OTHER}"
    page = keeper.post(f"{path}/choice", choice="same").get_data(as_text=True)
    assert "Marit de Jong kan in zaak 26-0990 3 signalen meer zien." in page
    assert "Zaak 26-1184 gaat op in zaak 26-0990." in page
    assert keeper.desk.done == []
    assert keeper.post(f"{path}/choice").status_code == 400
    assert keeper.post(f"{path}/decisions", same="yes").status_code == 303
    assert keeper.desk.done == [("decide", desk.OTHER, True)]


def test_what_can_never_be_says_why(keeper: Reader) -> None:
    keeper.desk.foreseen = Foreseen((), "two-bsns")
    answer = keeper.post(f"/signals/desk/candidates/{desk.OTHER}/choice", choice="same")
    assert answer.status_code == 409
    assert "worden nooit één persoon" in answer.get_data(as_text=True)


def test_later_asks_a_day_and_a_reason(keeper: Reader) -> None:
    path = f"/signals/desk/candidates/{desk.OTHER}/choice"
    assert keeper.post(path, choice="later", reason="asked-source").status_code == 400
    assert keeper.post(path, choice="later", until="2026-11-28").status_code == 400
    good = keeper.post(path, choice="later", until="2026-11-28", reason="asked-source")
    assert good.status_code == 303
    assert keeper.desk.done == [("later", desk.OTHER, "2026-11-28", "asked-source")]


def test_splits_merges_and_their_undoing_are_confirmed_first(keeper: Reader) -> None:
    case = f"/signals/desk/cases/{desk.OTHER}"
    assert "Klopt niet" in keeper.get(f"{case}/persons").get_data(as_text=True)
    assert keeper.get(f"{case}/links/{desk.LINK}").status_code == 200
    for path, form in (
        (f"{case}/links/{desk.LINK}/choice", {"person": "own"}),
        (f"{case}/merges/choice", {"one": desk.SUBJECT, "other": desk.OTHER}),
        (f"{case}/merges/{desk.LINK}/choice", {"for_good": "no"}),
    ):
        assert "Wat er gebeurt" in keeper.post(path, **form).get_data(as_text=True)
    assert keeper.desk.done == []
    assert keeper.post(f"{case}/links/{desk.LINK}/choice").status_code == 400
    assert keeper.post(f"{case}/merges/choice", one=desk.OTHER, other=desk.OTHER).status_code == 400
    keeper.post(f"{case}/links/{desk.LINK}/splits", person="own")
    keeper.post(f"{case}/merges", one=desk.SUBJECT, other=desk.OTHER)
    keeper.post(f"{case}/merges/{desk.LINK}/reversals", for_good="yes")
    assert keeper.desk.done == [
        ("split", desk.LINK, None),
        ("merge", desk.SUBJECT, desk.OTHER),
        ("unmerge", desk.LINK, True),
    ]


def test_who_saw_it_is_listed_and_told(keeper: Reader) -> None:
    listed = keeper.get("/signals/desk/separations").get_data(as_text=True)
    assert "en nog 2" in listed
    path = f"/signals/desk/separations/{desk.LINK}"
    page = keeper.get(path).get_data(as_text=True)
    assert "Marit de Jong" in page and "01234567" in page
    assert keeper.post(f"{path}/tellings", subject=desk.SUBJECT).status_code == 303
    assert keeper.desk.done == [("tell", desk.LINK, desk.SUBJECT)]


def test_a_held_message_is_mended_or_sent_back(keeper: Reader) -> None:
    page = keeper.get("/signals/desk/held/h-1").get_data(as_text=True)
    assert "Persoon 1, geboortedatum" in page and "acuut" in page
    assert "afgeschermd: dit adres toont Bundel aan niemand" in page
    keeper.post("/signals/desk/held/h-1/corrections", pointer="/persons/0/birthDate",
                value="1990-02-28")  # fmt: skip
    assert keeper.post("/signals/desk/held/h-1/returns").status_code == 400
    keeper.post("/signals/desk/held/h-1/returns", reason="misses-too-much")
    assert keeper.desk.done == [
        ("mend", "h-1", ("/persons/0/birthDate", "1990-02-28")),
        ("return", "h-1", "misses-too-much"),
    ]


def test_what_is_still_wrong_with_a_message_is_said_in_words(keeper: Reader) -> None:
    keeper.desk.fails = InvalidInput(faults=[Fault("/persons/0/birthDate", "in-future", "")])
    answer = keeper.post("/signals/desk/held/h-1/corrections", pointer="/persons/0/birthDate",
                         value="2990-02-28")  # fmt: skip
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert "Persoon 1, geboortedatum: ligt in de toekomst." in page and "2990-02-28" in page


def test_a_withheld_text_is_redacted_or_says_what_is_wrong(keeper: Reader) -> None:
    assert "Kijk na" in keeper.get("/signals/desk/narratives").get_data(as_text=True)
    path = "/signals/desk/narratives/s-9"
    assert "hierin staat het" in keeper.get(path).get_data(as_text=True)
    keeper.post(path, place="statements/0", text="Zij zit in […].")
    assert keeper.desk.done == [("redact", "s-9", {"statements/0": "Zij zit in […]."})]
    keeper.desk.fails = InvalidInput(faults=[Fault("/texts/statements/0", "still-there", "")])
    answer = keeper.post(path, place="statements/0", text="Zij zit nog daar.")
    assert answer.status_code == 400
    assert "verborgen moet blijven" in answer.get_data(as_text=True)


def test_a_coordinator_puts_a_doubt_to_the_desk(reader: Reader) -> None:
    path = f"/signals/cases/{brandsma.CASE_ID}/persons/{desk.SUBJECT}/doubt"
    assert reader.get(path).status_code == 303  # no purpose was given yet
    reader.post(f"/signals/cases/{brandsma.CASE_ID}/open", purpose="safety_assessment")
    assert "Ilse Brandsma" in reader.get(path).get_data(as_text=True)
    assert reader.post(path, signal="s-9").status_code == 400
    assert reader.post(path, signal="s-9", reason="name-alike").status_code == 303
    assert reader.desk.done[0][-1] == "name-alike"
    household = reader.get(f"/signals/cases/{brandsma.CASE_ID}/picture").get_data(as_text=True)
    assert "/doubt" in household
