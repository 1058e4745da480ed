"""The pages of break-glass, restriction and hand-over, as people use them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.emergencies.conftest import WHY, Emergencies
from tests.identity.browser import Browser
from tests.signals.world import SUBJECTS, World, care_signal, police_signal

HOST = "http://bundel.test"
ASK = {
    "name": "Ilse Brandsma", "birthDate": "1992-04-11", "reasonCode": "violence-now",
    "reason": WHY,
}  # fmt: skip


def browser_of(world: World, user: str, page: str) -> Browser:
    found = Browser(world.transport.applications)
    found.log_in(f"{HOST}{page}", user)
    return found


def post(browser: Browser, page: str, path: str, **form: Any) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(HOST + page).text)
    assert token is not None
    return browser.post(HOST + path, data={**form, "csrf_token": token[1]})


def action(page: str, end: str) -> str:
    found = re.search(rf'action="([^"]+/{end})"', page)
    assert found is not None, end
    return found[1]


@pytest.fixture
def told(world: World) -> dict[str, str]:
    (police,) = world.push("police-utrecht", police_signal("P-1"))
    (care,) = world.push("youthcare-utrecht", care_signal("J-1"))
    return {"police": police, "care": care}


def test_danger_from_the_request_to_the_review(
    emergencies: Emergencies, told: dict[str, str]
) -> None:
    world, path = emergencies.world, "/consent/emergencies"
    thijs, lotte = (browser_of(world, user, path) for user in ("t.maas", "l.smit"))
    empty = post(thijs, path, path, reasonCode="violence-now", reason="kort")
    assert empty.status_code == 400
    assert "Vul een zaaknummer, een BSN, of een naam met een geboortedatum in." in empty.text
    assert 'aria-describedby="fault-reason"' in empty.text
    asked = post(thijs, path, path, **ASK)
    assert "Bel nu een collega" in asked.text
    assert "wacht op een tweede persoon" in asked.text
    waiting = lotte.get(HOST + path).text
    assert "Thijs Maas" in waiting and WHY in waiting
    assert "Bevestigd." in post(lotte, path, action(waiting, "confirm")).text
    look = re.search(r'href="(/signals/emergencies/[^"]+)"', thijs.get(HOST + path).text)
    assert look is not None
    seen = thijs.get(HOST + look[1]).text
    assert re.search(r"Noodinzage tot [^<]+, \d+\.\d\d<", seen)  # tomorrow, at what time
    assert "Sem slaapt slecht" in seen and "deur is gebroken" not in seen
    officer = browser_of(world, "f.yilmaz", path)
    review = officer.get(HOST + path).text
    assert WHY in review and "Thijs Maas" in review
    assert post(officer, path, action(review, "review")).status_code == 400
    done = post(officer, path, action(review, "review"), outcome="justified")
    assert "Uw oordeel is vastgelegd." in done.text and "Er wacht niets." in done.text
    ended = post(thijs, path, action(thijs.get(HOST + path).text, "end"))
    assert "Vanaf nu opent dit niets meer." in ended.text
    assert thijs.get(HOST + look[1]).status_code == 404


def test_the_offer_is_the_same_for_what_is_not_there_and_what_is_not_ours(
    world: World, told: dict[str, str]
) -> None:
    case_id = world.assigned()
    amal = browser_of(world, "a.said", "/signals/")
    absent = "00000000-0000-4000-8000-000000000000"
    html = {"Accept": "text/html"}
    answers = [amal.get(f"{HOST}/signals/cases/{one}", headers=html) for one in (case_id, absent)]
    pages = [re.sub(r"<code>.*?</code>", "", answer.text) for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert pages[0].replace(case_id, "") == pages[1].replace(absent, "")
    assert 'href="/consent/emergencies"' in pages[0]


def test_a_restriction_is_imposed_on_a_person_seen_and_lifted(
    world: World, told: dict[str, str]
) -> None:
    case_id = world.assigned()
    path = "/consent/restrictions"
    ruth = browser_of(world, "r.visser", path)
    assert "Er is geen beperking." in ruth.get(HOST + path).text
    missing = post(ruth, path, f"{path}/search", name="Brandsma")
    assert missing.status_code == 400
    found = post(ruth, path, f"{path}/search", name="Ilse Brandsma", birth_date="1992-04-11")
    mentions = re.search(r'name="mentions" value="([^"]+)"', found.text)
    assert mentions is not None
    unsaid = post(ruth, path, f"{path}/impose", mentions=mentions[1])
    assert "Kies waarom de verwerking wordt beperkt." in unsaid.text
    done = post(ruth, path, f"{path}/impose", mentions=mentions[1], reason="accuracy_contested")
    assert "De verwerking is beperkt." in done.text
    masks = [item["mask"]["ruleId"] for item in world.picture(case_id)["timeline"]]
    assert masks == ["A18", "A18"]  # at the next answer
    one = mentions[1].split()[0]
    untold = post(ruth, path, f"{path}/lift", mentions=one, reason="corrected")
    assert "Vertel het de betrokkene eerst" in untold.text
    for each in mentions[1].split():
        form = {"mentions": each, "reason": "corrected", "informed": "yes"}
        assert "De beperking is opgeheven." in post(ruth, path, f"{path}/lift", **form).text
    assert [item["mask"] for item in world.picture(case_id)["timeline"]] == [None, None]


def test_a_case_is_handed_over_from_page_to_page(world: World, told: dict[str, str]) -> None:
    world.push("police-gooi", police_signal("G-1"))
    case_id = world.assigned()
    deputy = {"subject": SUBJECTS["a.said"], "name": "Amal Said", "kind": "deputy"}
    world.call("s.kaya", f"/v1/cases/{case_id}/assignments", deputy)
    marit, amal = (browser_of(world, user, "/signals/") for user in ("m.dejong", "a.said"))
    path = f"/signals/cases/{case_id}/transfer"
    assert "Draag deze zaak over" in marit.get(HOST + path).text
    unsaid = post(marit, path, path, note="Bel Ilse alleen op haar werk.")
    assert "Kies wie de zaak overneemt." in unsaid.text
    form = {"subject": SUBJECTS["a.said"], "note": "Bel Ilse alleen op haar werk."}
    proposed = post(marit, path, path, **form)
    assert "Bel Ilse alleen op haar werk." in proposed.text
    assert "Wacht op Amal Said." in marit.get(f"{HOST}/signals/").text
    listed = amal.get(f"{HOST}/signals/").text
    assert "Uw antwoord is nodig." in listed
    link = re.search(r'href="(/signals/transfers/[^"]+)"', listed)
    assert link is not None
    assert "Bel Ilse alleen op haar werk." in amal.get(HOST + link[1]).text
    assert "Kies waarom u nee zegt." in post(amal, link[1], f"{link[1]}/refuse").text
    assert "Uw akkoord is vastgelegd." in post(amal, link[1], f"{link[1]}/agree").text
    assert world.look(case_id, "m.dejong").status_code == 404
    assert world.look(case_id, "a.said").status_code == 200
    gone = marit.get(HOST + link[1])
    assert gone.status_code == 404
    selin = browser_of(world, "s.kaya", "/signals/desk")
    desk = selin.get(HOST + path).text
    assert "de regisseur is ziek" in desk
