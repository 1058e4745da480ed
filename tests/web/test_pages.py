"""The coordinator's pages, without a browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from services.signals.picture.model import StatementView, Worklist
from shared.settings import Settings
from shared.vocabulary import Role
from tests.web import brandsma
from tests.web.conftest import MARIT, Reader

CASE = f"/signals/cases/{brandsma.CASE_ID}"


def opened(reader: Reader) -> str:
    reader.post(f"{CASE}/open", purpose="safety_assessment")
    return reader.get(f"{CASE}/picture").get_data(as_text=True)


def test_nothing_of_the_household_shows_before_a_purpose_is_given(reader: Reader) -> None:
    page = reader.get(CASE).get_data(as_text=True)
    assert "Waarvoor opent u dit dossier?" in page
    assert "26-1184" in page
    assert "Ilse" not in page
    assert reader.door.looks == []


def test_the_household_asks_for_a_purpose_first(reader: Reader) -> None:
    answer = reader.get(f"{CASE}/picture")
    assert answer.status_code == 303
    assert answer.headers["Location"] == CASE
    assert reader.door.looks == []


def test_no_purpose_is_chosen_beforehand_and_danger_never(reader: Reader) -> None:
    assert " checked" not in reader.get(CASE).get_data(as_text=True)
    reader.post(f"{CASE}/open", purpose="acute_protection")
    assert " checked" not in reader.get(CASE).get_data(as_text=True)
    reader.post(f"{CASE}/open", purpose="case_coordination")
    assert 'value="case_coordination" required checked' in reader.get(CASE).get_data(as_text=True)


def test_an_administrator_is_told_that_there_is_no_content(settings: Settings, now: None) -> None:
    answer = Reader(settings, replace(MARIT, role=Role.ADMINISTRATOR)).get("/signals/")
    assert answer.status_code == 200
    assert "U ziet geen inhoud" in answer.get_data(as_text=True)


def test_the_link_to_the_table_leads_inside_what_it_opens(reader: Reader) -> None:
    page = opened(reader)
    folded = page[page.index("Tijdlijn als tabel</summary>") :]
    assert 'id="timeline-table"' in folded[: folded.index("</details>")]


def test_a_first_opening_says_so(reader: Reader) -> None:
    reader.post(f"{CASE}/open", purpose="case_coordination")
    sentence = "U was hier nog niet: alles is nieuw voor u."
    assert sentence not in reader.get(f"{CASE}/picture").get_data(as_text=True)
    reader.door.picture = replace(reader.door.picture, last_look=None, attention=())
    page = reader.get(f"{CASE}/picture").get_data(as_text=True)
    assert sentence in page
    assert "Niets nieuws sinds" not in page


def test_a_purpose_opens_the_household_and_every_reload_is_a_look(reader: Reader) -> None:
    answer = reader.post(f"{CASE}/open", purpose="case_coordination")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{CASE}/picture")
    reader.get(f"{CASE}/picture")
    reader.get(f"{CASE}/picture")
    assert reader.door.looks == [(brandsma.CASE_ID, "case_coordination")] * 2


@pytest.mark.parametrize("purpose", ["", "oversight", "nonsense"])
def test_a_purpose_that_is_not_offered_opens_nothing(reader: Reader, purpose: str) -> None:
    answer = reader.post(f"{CASE}/open", purpose=purpose)
    assert answer.status_code == 400
    assert "Kies een doel uit de lijst." in answer.get_data(as_text=True)
    assert reader.get(f"{CASE}/picture").status_code == 303


def test_the_quick_exit_forgets_the_open_household(reader: Reader) -> None:
    opened(reader)
    left = reader.get("/signals/leave")
    assert left.status_code == 200
    assert "Bundel" not in left.get_data(as_text=True)
    assert "Brandsma" not in left.get_data(as_text=True)
    assert reader.get(f"{CASE}/picture").headers["Location"] == CASE


def test_the_danger_stands_before_everything_else(reader: Reader) -> None:
    page = opened(reader)
    main = page[page.index("<main") :]
    first = re.search(r"<strong[^>]*>(.*?)</strong>", main)
    assert first is not None
    assert first[1] == "Spontane onthulling aan jeugdhulp, gisteren 16.20"
    assert main.index(first[0]) < main.index("Tijdlijn")


def test_purpose_ground_and_record_are_in_sight(reader: Reader) -> None:
    strip = opened(reader).split('class="seen"')[1].split("</section>")[0]
    assert "veiligheidsbeoordeling" in strip
    assert "Wmo 2015 art. 4.1.1" in strip
    assert "22.38" in strip
    assert "Uw inzage is vastgelegd" in strip


def test_a_mask_is_a_sentence_with_rule_article_and_who_lifts_it(reader: Reader) -> None:
    mask = opened(reader).split('<div class="mask">')[1].split("</div>")[0]
    assert "Afgeschermd: behandelinhoud van Sem (12)" in mask
    assert "Regel R19" in mask
    assert "Jeugdwet art. 7.3.11" in mask
    assert "Opheffen kan: Sem zelf, via zijn hulpverlener." in mask


def test_every_link_to_a_signal_leads_to_one(reader: Reader) -> None:
    page = opened(reader)
    anchors = set(re.findall(r'id="(s-[^"]+)"', page))
    assert set(re.findall(r'href="#(s-[^"]+)"', page)) <= anchors
    assert len(anchors) == len(brandsma.TIMELINE)


def test_a_page_of_sixty_signals_stays_under_150_kb(reader: Reader) -> None:
    item = brandsma.TIMELINE[1]
    many = tuple(replace(item, signal_id=f"x-{number}") for number in range(60))
    reader.door.picture = replace(brandsma.PICTURE, timeline=many)
    assert len(opened(reader).encode()) < 150_000


def test_text_from_a_source_is_never_markup(reader: Reader) -> None:
    hostile = "<script>alert(1)</script>"
    statement = StatementView("fact", hostile, hostile)
    item = replace(brandsma.TIMELINE[1], statements=(statement,), about=(hostile,))
    person = replace(brandsma.PERSONS[0], name=hostile)
    reader.door.picture = replace(brandsma.PICTURE, timeline=(item,), persons=(person,), ties=())
    assert "<script" not in opened(reader)


def test_no_page_has_script_or_inline_style(reader: Reader) -> None:
    for page in (opened(reader), *(reader.get(p).get_data(as_text=True) for p in pages())):
        assert not re.search(r"<script|\sstyle=|\son[a-z]+=|javascript:", page)


def pages() -> tuple[str, ...]:
    return ("/signals/", CASE, "/signals/leave", "/signals/v1/docs", "/signals/nothing")


def test_an_empty_work_list_says_what_to_do(reader: Reader) -> None:
    reader.door.listed = Worklist(brandsma.NOW, "safety_assessment", ())
    page = reader.get("/signals/").get_data(as_text=True)
    assert "U heeft nu geen zaken." in page
    assert "Bel het meldpunt" in page


def test_the_work_list_shows_a_part_when_asked(reader: Reader) -> None:
    page = reader.get("/signals/?show=acute").get_data(as_text=True)
    assert "Brandsma" in page
    assert "Van Dalen" not in page


def test_other_roles_are_sent_to_their_own_page(settings: Settings, now: None) -> None:
    officer = Reader(settings, replace(MARIT, role=Role.PRIVACY_OFFICER))
    assert officer.get("/signals/").headers["Location"] == "/audit/"
    assert officer.get(CASE).status_code == 404


def test_what_is_not_there_answers_with_a_page_that_helps(reader: Reader) -> None:
    answer = reader.get("/signals/cases/00000000-0000-4000-8000-000000000000")
    assert answer.status_code == 404
    assert "Hier is niets dat u mag zien" in answer.get_data(as_text=True)


def test_the_language_follows_the_browser_and_then_the_choice(reader: Reader) -> None:
    assert "My work list" in reader.get("/signals/", language="en").get_data(as_text=True)
    answer = reader.post("/signals/language", language="nl", back="/")
    assert answer.headers["Location"] == "/signals/"
    assert "Mijn werklijst" in reader.get("/signals/", language="en").get_data(as_text=True)


@pytest.mark.parametrize("back", ["https://evil.test/", "//evil.test", "/\\evil.test", "x"])
def test_a_switch_of_language_never_leads_elsewhere(reader: Reader, back: str) -> None:
    assert reader.post("/signals/language", language="en", back=back).headers["Location"] == (
        "/signals/"
    )


def test_style_is_cached_by_its_content(reader: Reader) -> None:
    name = re.search(r'href="(/signals/static/bundel-[0-9a-f]{12}\.css)"', opened(reader))
    assert name is not None
    assert "immutable" in reader.get(name[1]).headers["Cache-Control"]
    assert reader.get("/signals/static/../pages.py").status_code == 404


def test_a_child_is_found_by_the_name_that_signals_use(reader: Reader) -> None:
    lotte = replace(brandsma.PERSONS[4], called="Lotte")
    item = replace(brandsma.TIMELINE[1], about=("Ilse", "Lotte"))
    reader.door.picture = replace(
        brandsma.PICTURE, timeline=(item,), persons=(brandsma.PERSONS[0], lotte)
    )
    children = opened(reader).split('aria-labelledby="children"')[1].split("</section>")[0]
    assert "gisteren 16.20" in children
    assert "geen signaal" not in children
