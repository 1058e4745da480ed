"""The main job in a real browser: log in, open a household for a purpose, understand, search."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Visit, open_household

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]


def tab_to(page: Page, wanted: str, most: int = 60) -> None:
    """Presses Tab until the focus is on an element whose text or name holds `wanted`."""
    for _ in range(most):
        page.keyboard.press("Tab")
        on = page.evaluate(
            "(e => (e.innerText || e.name || e.id || '').trim())(document.activeElement)"
        )
        if wanted in on:
            return
    raise AssertionError(f"no key leads to {wanted!r}")


def test_a_coordinator_logs_in_and_opens_a_household_with_the_keyboard_alone(
    visit: Visit,
) -> None:
    page = visit("/signals/")
    tab_to(page, "user")
    page.keyboard.type("m.dejong")
    tab_to(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mijn werklijst")).to_be_visible()
    tab_to(page, "Naar de inhoud")
    page.keyboard.press("Enter")
    tab_to(page, "Brandsma")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Waarvoor opent u dit dossier?")).to_be_visible()
    expect(page.get_by_text("Ilse")).to_have_count(0)
    tab_to(page, "purpose")  # nothing is chosen beforehand
    page.keyboard.press("Space")
    tab_to(page, "Open het dossier")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=re.compile("Brandsma"))).to_be_visible()


def test_the_focus_can_be_seen(as_person: Visit) -> None:
    page = as_person("m.dejong", "/signals/")
    for _ in range(6):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "(s => s.outlineStyle + ' ' + s.outlineWidth)(getComputedStyle(document.activeElement))"
        )
        assert outline == "solid 3px"


def test_the_danger_is_the_first_thing_on_the_household_page(
    as_person: Visit, household: str
) -> None:
    page = as_person("m.dejong", "/signals/")
    open_household(page, household)
    first = page.locator("main .now li").first
    expect(first).to_have_class("acute")
    expect(first).to_contain_text("Ik ga zondag weg")
    box = first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 450  # without scrolling, also on a small laptop


def test_three_agencies_stand_on_one_timeline_and_a_mask_explains_itself(
    as_person: Visit, household: str
) -> None:
    page = as_person("m.dejong", "/signals/")
    open_household(page, household)
    lanes = page.locator("svg.tl .lane").all_text_contents()
    assert [lane.strip() for lane in lanes] == ["Politie", "Veilig Thuis", "Jeugdhulp"]
    mask = page.locator(".mask").first
    expect(mask).to_contain_text("Afgeschermd")
    expect(mask).to_contain_text(re.compile(r"Regel R\d\d"))
    expect(mask).to_contain_text("Opheffen kan:")


def test_a_narrow_screen_shows_the_newest_end_of_the_timeline_first(
    as_person: Visit, household: str
) -> None:
    page = as_person("m.dejong", "/signals/", width=360)
    open_household(page, household)
    box = page.locator("svg.tl").get_by_text("Ik ga zondag weg").bounding_box()
    assert box is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360


def test_purpose_ground_time_and_record_stay_in_sight(as_person: Visit, household: str) -> None:
    page = as_person("m.dejong", "/signals/")
    open_household(page, household)
    strip = page.locator(".seen")
    for text in ("veiligheidsbeoordeling", "Wmo 2015", "Geopend", "Uw inzage is vastgelegd"):
        expect(strip).to_contain_text(text)


def test_search_finds_by_word_and_keeps_it_out_of_the_address(as_person: Visit) -> None:
    page = as_person("m.dejong", "/signals/search")
    page.get_by_label("Woorden").fill("zondag")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text("gevonden")
    expect(page.locator(".items")).to_contain_text("Ik ga zondag weg")
    assert page.url.endswith("/signals/search")
    page.get_by_label("Woorden").fill("xylofoonorkest")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Niets gevonden in wat u voor dit doel mag zien.")).to_be_visible()


def test_the_quick_exit_closes_the_file_also_for_the_back_button(
    as_person: Visit, household: str
) -> None:
    page = as_person("m.dejong", "/signals/")
    open_household(page, household)
    page.get_by_role("link", name="Snel weg").click()
    expect(page.get_by_text("Bundel")).to_have_count(0)
    page.go_back()
    expect(page.get_by_text("Ik ga zondag weg")).to_have_count(0)
    expect(page.locator("input[type=password]")).to_be_visible()


def test_the_language_can_be_switched_and_stays(as_person: Visit) -> None:
    page = as_person("m.dejong", "/signals/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="My work list")).to_be_visible()
    page.goto("/signals/search")
    expect(page.get_by_role("heading", name="Search")).to_be_visible()
    page.get_by_role("button", name="Nederlands").click()
    expect(page.get_by_role("heading", name="Zoeken")).to_be_visible()


@pytest.mark.parametrize(
    ("user", "place"),
    [("s.kaya", "/signals/desk"), ("f.yilmaz", "/audit/"), ("r.visser", "/consent/")],
)
def test_each_role_arrives_at_its_own_page(as_person: Visit, user: str, place: str) -> None:
    page = as_person(user, "/signals/")
    page.wait_for_url(f"**{place}")
    assert page.locator("header nav a[aria-current=page]").count() == 1


def test_a_case_of_someone_else_is_not_there(as_person: Visit, household: str) -> None:
    page = as_person("k.bos", "/signals/")
    answer = page.goto(household)
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_text("Brandsma")).to_have_count(0)
    expect(page.get_by_role("heading", name="Hier is niets dat u mag zien")).to_be_visible()


def test_logging_out_ends_the_session(as_person: Visit) -> None:
    page = as_person("m.dejong", "/signals/")
    page.get_by_role("button", name="Uitloggen").click()
    page.wait_for_load_state()
    page.goto("/signals/")
    expect(page.locator("#user")).to_be_visible()
