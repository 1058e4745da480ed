"""Dutch names in the forms in which sources write them."""

from __future__ import annotations

import pytest

from services.signals.linking.names import PersonName, call_name, forms_of, phonetic

BERG = forms_of(PersonName(given="Maria", particle="van den", surname="Berg"))


def own(surname: str, particle: str = "", **parts: str) -> frozenset[str]:
    forms = forms_of(PersonName(given="Maria", particle=particle, surname=surname, **parts))
    return forms.own | forms.partner


@pytest.mark.parametrize(
    "written",
    ["van den Berg", "v.d. Berg", "v d Berg", "vd Berg", "v/d Berg", "Berg, van den",
     "Berg", "VAN DEN BERG", "Vandenberg", "van den Bèrg"],
)  # fmt: skip
def test_a_particle_may_be_written_in_many_ways(written: str) -> None:
    assert own(written) & BERG.own


@pytest.mark.parametrize("written", ["Jansen-van den Berg", "van den Berg-Jansen", "Berg - Jansen"])
def test_a_partners_name_may_stand_on_either_side(written: str) -> None:
    assert own(written) & BERG.own
    assert own(written) & own("Jansen")


def test_a_partners_name_in_its_own_field_counts_too() -> None:
    assert own("Jansen", partner_particle="van den", partner_surname="Berg") & BERG.own


def test_initials_in_the_given_name_field_are_initials() -> None:
    for text in ("A.B.", "A. B.", "A B", "Th.", "A."):
        forms = forms_of(PersonName(given=text, surname="Berg"))
        assert forms.given == ()
        assert forms.initials[0] == text[0].lower()


def test_ij_and_y_are_one_letter_and_accents_do_not_matter() -> None:
    assert own("van Dijk") & own("van Dyk")
    assert own("Yılmaz") & own("Yilmaz")
    assert own("Şahin") & own("Sahin")


@pytest.mark.parametrize("one, other", [("Bakkali", "Bakali"), ("Visser", "Fisser"),
                                        ("Schmidt", "Schmit"), ("Meijer", "Meyer")])  # fmt: skip
def test_names_that_sound_alike_share_their_sound(one: str, other: str) -> None:
    assert phonetic(one) == phonetic(other)


def test_other_names_do_not_share_their_sound() -> None:
    assert len({phonetic(name) for name in ("Bakker", "Visser", "Jansen", "Mulder", "Smit")}) == 5


def test_unknown_is_no_name() -> None:
    for text in ("onbekend", "Onbekend", "NN", "n.n.", "", "unknown", "-"):
        assert forms_of(PersonName(given=text, surname=text)).empty


def test_a_call_name_leads_to_the_official_name() -> None:
    assert call_name("kees") == call_name("cornelis") == "cornelis"
    assert call_name("zeldzaam") == "zeldzaam"
