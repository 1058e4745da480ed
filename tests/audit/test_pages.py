"""The privacy officer's pages: is the log whole, who looked, one entry with its proof."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from services.audit import web
from services.audit.log import store
from services.audit.log.rows import add_rows
from services.audit.web.search_form import NAMES
from shared import clock, ids
from shared.database import open_engine, writing
from tests.audit.conftest import an_entry
from tests.audit.serving import Serving
from tests.identity.browser import Browser

HOME = "http://bundel.test/audit/"


@pytest.fixture
def browser(serving: Serving) -> Browser:
    browser = Browser(serving.transport.applications)
    browser.log_in(HOME, "f.yilmaz")
    return browser


def text_of(page: str) -> str:
    """What a reader sees: no markup, single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def search(browser: Browser, **typed: str) -> tuple[int, str]:
    token = csrf(browser.get(HOME).text)
    data = {**dict.fromkeys(NAMES, ""), **typed, "csrf_token": token}
    answer = browser.post(f"{HOME}search", data=data)
    return answer.status_code, answer.text


def test_the_page_says_first_whether_the_log_is_whole(serving: Serving, browser: Browser) -> None:
    serving.client_of().record([an_entry() for _ in range(1234)])
    text = text_of(browser.get(HOME).text)
    assert "Logboek is heel 1.234 regels, nagerekend vandaag" in text
    assert text.index("Logboek is heel") < text.index("Zoek in het logboek")
    assert "Ook uw inzage wordt vastgelegd" in text


def witnessed(serving: Serving, ago: timedelta) -> None:
    """The newest checkpoint was cosigned that long ago."""
    engine = open_engine(serving.settings.databases["audit"])
    with writing(engine).begin() as connection:
        last = store.last_checkpoint(connection)
        assert last is not None
        seen = clock.timestamp(clock.now() - ago)
        row = (last.size, "witness.test/w1", seen, "line")
        columns = ("size", "witness", "witnessed_at", "line")
        add_rows(connection, "cosignatures", columns, [row])
    engine.dispose()


def test_the_page_says_what_a_witness_saw_and_when(serving: Serving, browser: Browser) -> None:
    serving.client_of().record([an_entry() for _ in range(3)])
    assert "Geen getuige" in text_of(browser.get(HOME).text)
    witnessed(serving, timedelta(minutes=10))
    assert "Door een getuige gezien 3 regels, vandaag" in text_of(browser.get(HOME).text)
    serving.client_of().record([an_entry()])
    text = text_of(browser.get(HOME).text)
    assert "Getuige zwijgt 3 regels, vandaag" in text
    assert "1 regel is nog niet gezien. Bel uw beheerder" in text


def test_a_damaged_log_is_said_in_the_first_place(serving: Serving, browser: Browser) -> None:
    serving.client_of().record([an_entry() for _ in range(3)])
    engine = open_engine(serving.settings.databases["audit"])
    with writing(engine).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER tiles_no_update")
        connection.exec_driver_sql("UPDATE tiles SET hashes = zeroblob(96)")
    engine.dispose()
    text = text_of(browser.get(HOME).text)
    assert "Logboek is niet heel" in text
    assert "give another root than the signed checkpoint" in text


def test_checking_everything_finds_what_the_root_alone_does_not(
    serving: Serving, browser: Browser
) -> None:
    serving.client_of().record([an_entry() for _ in range(3)])
    page = browser.get(HOME).text
    done = browser.post(f"{HOME}check", data={"csrf_token": csrf(page)}).text
    assert "Regel voor regel nagerekend" in text_of(done)
    engine = open_engine(serving.settings.databases["audit"])
    with writing(engine).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER entries_no_update")
        connection.exec_driver_sql(
            "UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE position = 0) "
            "WHERE position = 1"
        )
    engine.dispose()
    done = browser.post(f"{HOME}check", data={"csrf_token": csrf(page)}).text
    assert "Logboek is niet heel" in text_of(done)


def test_a_look_is_shown_in_words_with_who_what_purpose_ground_and_decision(
    serving: Serving, browser: Browser
) -> None:
    entry = an_entry()
    serving.client_of().record([entry])
    status, page = search(browser, event="household.opened")
    text = text_of(page)
    assert status == 200
    assert "1 regel gevonden" in text
    assert (
        "Regisseur, Veilig Thuis Utrecht gebruiker 7f2c0000 opende het beeld van een huiselijke "
        f"kring kring {entry.household_id[:8]} 2 resultaten veiligheidsbeoordeling regel R01 "
        "toegestaan" in text
    )


def test_a_denied_attempt_is_marked(serving: Serving, browser: Browser) -> None:
    serving.client_of().record([an_entry(event="access.denied", decision="deny")])
    _, page = search(browser, decision="deny")
    assert '<span class="pill acute">' in page
    assert "Geweigerd" in text_of(page)


def test_a_person_is_found_by_name_and_birth_date_through_signals(
    serving: Serving, browser: Browser
) -> None:
    person = ids.new_id()
    serving.signals.answer = lambda body: (200, {"personIds": [person], "mentionIds": []})
    serving.client_of().record([an_entry(subjects=(person,)), an_entry(subjects=("other",))])
    _, page = search(browser, name="Jansen", birth_date="1990-04-01")
    assert "1 regel gevonden" in text_of(page)
    assert serving.signals.asked == [{"name": "Jansen", "birthDate": "1990-04-01"}]
    (searched,) = serving.search(event="log.searched", personIds=[person])["items"]
    assert searched["reason"] == "subjects"
    assert "Jansen" not in json.dumps(searched)


def test_a_person_nobody_knows_gives_no_entries_and_says_so(
    serving: Serving, browser: Browser
) -> None:
    serving.client_of().record([an_entry(subjects=("someone",))])
    _, page = search(browser, name="Niemand", birth_date="1990-04-01")
    assert "Niemand met deze gegevens" in text_of(page)
    assert "0 regels gevonden" in text_of(page)


def test_a_user_is_found_by_user_name(serving: Serving, browser: Browser) -> None:
    serving.call("POST", "/v1/entries/_search", serving.person_token("m.dejong", "audit"), {})
    serving.client_of().record([an_entry()])
    _, page = search(browser, user="m.dejong")
    text = text_of(page)
    assert "1 regel gevonden" in text
    assert "vroeg iets waar de rol geen recht op geeft" in text


def test_every_fault_in_the_form_is_said_beside_its_field(browser: Browser) -> None:
    status, page = search(
        browser,
        name="Jansen",
        household="geen-kenmerk",
        user="met spatie",
        bsn="",
        **{"from": "gisteren"},
    )
    assert status == 400
    for field in ("birth_date", "household", "user", "from"):
        assert f'aria-describedby="fault-{field}"' in page, field
    assert 'value="Jansen"' in page, "nothing typed is lost"


def test_more_than_fifty_are_leafed_through(serving: Serving, browser: Browser) -> None:
    serving.client_of().record([an_entry() for _ in range(60)])
    _, first = search(browser, event="household.opened")
    assert "bladzijde 1 van 2" in text_of(first)
    assert first.count('class="rowlink"') == 50
    _, second = search(browser, event="household.opened", page="2")
    assert second.count('class="rowlink"') == 10


def test_one_entry_is_shown_with_its_proof_and_without_content(
    serving: Serving, browser: Browser
) -> None:
    entry = an_entry(subjects=("p1", "p2"))
    serving.client_of().record([an_entry(), entry])
    _, page = search(browser, household=entry.household_id)
    link = re.search(r'class="rowlink" href="([^"]+)"', page)
    assert link is not None
    text = text_of(browser.get(f"http://bundel.test{link[1]}").text)
    assert "Logregel 1" in text
    assert "Bewezen" in text
    assert "2 personen" in text
    assert "2 signalen" in text
    (opening,) = serving.search(event="log.entry-opened")["items"]
    assert opening["refersTo"] == entry.entry_id


def test_a_coordinator_gets_the_page_of_what_does_not_exist(serving: Serving) -> None:
    browser = Browser(serving.transport.applications)
    page = browser.log_in(HOME, "m.dejong")
    assert page.status_code == 404
    assert serving.events() == ["access.denied"]


def test_search_words_never_reach_an_address(serving: Serving, browser: Browser) -> None:
    answer = browser.get(f"{HOME}?name=Jansen")
    assert "Jansen" not in answer.text
    _, page = search(browser, household=ids.new_id())
    assert not re.search(r'(href|action)="[^"]*\?', page)


def test_every_dutch_text_of_these_pages_has_its_english() -> None:
    folder = Path(web.__file__).parent
    english = json.loads((folder / "english.json").read_text(encoding="utf-8"))
    general = folder.parents[2] / "shared" / "web" / "english.json"
    known = {**json.loads(general.read_text(encoding="utf-8")), **english}
    found: set[str] = set()
    for file in (*folder.glob("*.py"), *(folder / "templates").glob("*.html")):
        source = file.read_text(encoding="utf-8")
        found.update(re.findall(r'\b_\(\s*"([^"]+)"', source))
        for pair in re.findall(r'\bngettext\(\s*"([^"]+)",\s*"([^"]+)"', source):
            found.update(pair)
    from services.audit.web.words import EVENTS

    missing = sorted((found | set(EVENTS.values())) - set(known))
    assert not missing, missing


def test_the_pages_speak_english_when_asked(serving: Serving, browser: Browser) -> None:
    serving.client_of().record([an_entry()])
    page = browser.get(HOME, headers={"Accept-Language": "en"}).text
    assert "The log is whole" in text_of(page)
