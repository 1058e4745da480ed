"""The search page: words by POST only, counts only of what was found."""

from __future__ import annotations

from tests.web import brandsma
from tests.web.conftest import Reader


def test_the_form_comes_empty_and_asks_nothing(reader: Reader) -> None:
    page = reader.get("/signals/search?text=Ilse").get_data(as_text=True)
    assert "Ilse" not in page
    assert reader.searches.asked == []


def test_what_was_found_stands_under_the_question(reader: Reader) -> None:
    page = reader.post("/signals/search", text="zondag", purpose="safety_assessment")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "1 signaal gevonden" in text
    assert "Ik ga zondag weg" in text
    assert f"/signals/cases/{brandsma.CASE_ID}" in text
    assert 'action="/signals/search"' in text
    assert "?text=" not in text


def test_a_hit_in_an_open_case_leads_to_the_signal(reader: Reader) -> None:
    reader.post(f"/signals/cases/{brandsma.CASE_ID}/open", purpose="safety_assessment")
    page = reader.post("/signals/search", text="zondag").get_data(as_text=True)
    assert f"/signals/cases/{brandsma.CASE_ID}/picture#s-s-9" in page


def test_narrowing_and_paging_reach_the_search(reader: Reader) -> None:
    reader.searches.pages = 3
    page = reader.post(
        "/signals/search", text="zondag", agency="youth_care", category="care", page="2"
    ).get_data(as_text=True)
    asked = reader.searches.asked[-1]
    assert (asked.agency, asked.category, asked.page) == ("youth_care", "care", 2)
    assert "bladzijde 2 van 3" in page


def test_unknown_codes_and_pages_narrow_nothing(reader: Reader) -> None:
    reader.post("/signals/search", text="x", agency="<b>", purpose="oversight", page="-4")
    asked = reader.searches.asked[-1]
    assert (asked.agency, asked.purpose, asked.page) == ("", "safety_assessment", 1)


def test_a_question_without_words_says_what_to_do(reader: Reader) -> None:
    answer = reader.post("/signals/search", text="  ")
    assert answer.status_code == 400
    assert "Geef minstens één woord" in answer.get_data(as_text=True)
