"""Story 1: one incident told four times. Calm, not alarm."""

from __future__ import annotations

from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import (
    TO_VT,
    TO_YOUTH,
    Calendar,
    Character,
    Hidden,
    Shown,
    Story,
)

_HOME = Address("Tulpstraat", 41, "3572XK", "Utrecht")


def van_dalen(when: Calendar) -> Story:
    erik = Character(1, 0, Name("Erik", "Dalen", "van"), when.born(42, 2, 11), "male", _HOME)
    marjan = Character(
        1, 1,
        Name("Marjan", "Ruiter", "de", partner_particle="van", partner_surname="Dalen",
             name_use="partner_own"),
        when.born(40, 9, 3), "female", _HOME,
    )  # fmt: skip
    bram = Character(1, 2, Name("Bram", "Dalen", "van"), when.born(8, 6, 21), "male", _HOME)
    quarrel = when.last(3, 3, 20, 40)
    incident = f"PL0900-{quarrel.year}-601001"
    everyone = (
        marjan.as_("p1", "both"),
        erik.as_("p2", "both"),
        bram.as_("p3", "child_witness"),
    )
    ties = (
        Tie("p1", "p2", "partner", when.born(12, 5, 1)),
        Tie("p1", "p3", "parent_child"),
        Tie("p2", "p3", "parent_child"),
    )
    visit = Signal(
        source=Source.POLICE_UTRECHT, reference=incident, reported=quarrel + timedelta(hours=2),
        category="incident", severity="incidental", occurred=quarrel,
        statements=(
            Statement("fact", "Buren hoorden geschreeuw. Erik en Marjan ruzieden over een rekening;"
                      " over en weer geduwd bij de voordeur. Geen letsel, beiden nuchter."),
            Statement("statement", "‘Het was een stomme avond. Wij schamen ons.’", "p1"),
        ),
        mentions=everyone, ties=ties, violence_forms=("physical", "verbal"), pattern="situational",
        origin_incident=incident, reporter=Reporter("agency"), kindcheck="yes", informed=True,
        police_article="8", first_processed=quarrel.date(),
    )  # fmt: skip
    relay = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{quarrel.year}-601002",
        reported=quarrel + timedelta(days=1), category="report", severity="incidental",
        occurred=quarrel,
        statements=(Statement("fact", "Politie meldt ruzie met over en weer duwen op 3 maart."),),
        mentions=everyone, ties=ties, violence_forms=("physical", "verbal"), pattern="situational",
        origin_incident=incident, relayed_from=(Source.POLICE_UTRECHT, incident),
        reporter=Reporter("agency"), kindcheck="yes", informed=True,
    )  # fmt: skip
    school = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{quarrel.year}-601003",
        reported=quarrel + timedelta(days=2), category="report", severity="incidental",
        occurred=quarrel.date(), place="home",
        statements=(
            Statement("statement", "‘Papa en mama hebben heel hard geschreeuwd en de politie"
                      " kwam.’", "p3"),
            Statement("opinion", "Bram is in de klas zoals altijd: vrolijk en bij de les."),
        ),
        mentions=everyone, ties=ties, violence_forms=("verbal",), pattern="situational",
        origin_incident=incident,
        reporter=Reporter(
            "professional", "open", "intern begeleider", "Willemijn Hartkamp", "", 4,
            "help_possible",
        ),
        kindcheck="yes", informed=True,
    )  # fmt: skip
    guardianship = Signal(
        source=Source.YOUTH_CARE_UTRECHT, reference=f"JH-{quarrel.year}-601004",
        reported=quarrel + timedelta(days=5), category="care", severity="incidental",
        occurred=quarrel.date(), addressed_to="NAZ",
        statements=(
            Statement("fact", "Van Veilig Thuis vernomen dat op 3 maart is geduwd. Geen"
                      " lopende maatregel."),
            Statement("opinion", "Geen aanleiding voor onderzoek; ouders zoeken zelf hulp bij"
                      " schulden."),
        ),
        mentions=everyone, ties=ties, violence_forms=("verbal",), pattern="situational",
        origin_incident=incident,
        relayed_from=(Source.VEILIG_THUIS_UTRECHT, f"VT-{quarrel.year}-601002"),
        reporter=Reporter("professional", "open", "jeugdbeschermer", "", "", 5, "no_suspicion"),
        kindcheck="yes", informed=True,
    )  # fmt: skip
    long_ago = when.ago(5 * 365 + 60, 11)
    older = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{long_ago.year}-601005",
        reported=long_ago, category="assessment", severity="incidental",
        occurred=f"{long_ago:%Y-%m}",
        statements=(
            Statement("fact", "Eerdere melding na een ruzie; dossier gesloten na drie gesprekken."),
        ),
        mentions=everyone[:2], ties=ties[:1], violence_forms=("physical",), pattern="situational",
        reporter=Reporter("agency"), informed=True,
    )  # fmt: skip
    return Story(
        number=1,
        id="van-dalen",
        household="Dalen",
        reading="Eén voorval, vier keer verteld; situationeel. Rust, geen alarm.",
        signals=(visit, relay, school, guardianship, older),
        assignments=(TO_VT, TO_YOUTH),
        expectations=(
            Hidden("j.prins", ("Willemijn", "Hartkamp"),
                   "the school's reporter stays inside Veilig Thuis"),
            Hidden("t.maas", ("Hartkamp", "Marjan", "over en weer geduwd"),
                   "no case there", absent=True),
            Hidden("k.bos", ("Hartkamp", "Marjan", "over en weer geduwd"),
                   "another region", absent=True),
            Shown("m.dejong", ("over en weer geduwd bij de voordeur", "vrolijk en bij de les")),
        ),
    )  # fmt: skip
