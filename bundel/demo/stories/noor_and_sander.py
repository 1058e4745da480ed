"""Story 3: six police signals, then parting, then one that is worse. The counts fell."""

from __future__ import annotations

from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import TO_VT, Calendar, Character, Hidden, Shown, Story

_FORMER_HOME = Address("Merelstraat", 130, "3514CN", "Utrecht")
_HIS_HOME = Address("Merelstraat", 130, "3514CN", "Utrecht")
# Protected: these exist in the sources' addresses and in one narrative that must be withheld.
HER_ADDRESS = Address("Kastanjehof", 17, "3543XE", "Utrecht", kind="secret")
SCHOOL_ADDRESS = Address("Meidoornplein", 3, "3544ZK", "Utrecht", kind="secret")
PROTECTED_TEXTS = ("Kastanjehof", "3543XE", "3543 XE", "Meidoornplein", "3544ZK", "De Klimop")

_VISITS = (
    (420, "Geschreeuw gehoord door buren. Sander buiten aangetroffen, zegt te gaan slapen."),
    (365, "Noor belt, hangt op. Bij aankomst zegt zij dat het een vergissing was."),
    (310, "Ruit van de keukendeur kapot. Sander zegt dat de wind het deed; windstil."),
    (275, "Ruzie op straat, Sander houdt haar fiets vast. Gesust."),
    (232, "Noor heeft een blauwe plek op de arm; wil geen aangifte doen."),
    (190, "Sander aangetroffen met de telefoon van Noor; teruggegeven."),
)


def noor_and_sander(when: Calendar) -> Story:
    noor = Character(
        3, 0, Name("Noor", "Noord", "van"), when.born(31, 10, 6), "female", _FORMER_HOME
    )
    sander = Character(3, 1, Name("Sander", "Smit"), when.born(35, 5, 27), "male", _HIS_HOME)
    fien = Character(3, 2, Name("Fien", "Smit"), when.born(5, 2, 14), "female", _FORMER_HOME)
    since, parted = when.day_ago(3000), when.day_ago(150)
    mother = Tie("p1", "p3", "parent_child")
    father = Tie("p2", "p3", "parent_child")
    visits = []
    for place, (days, text) in enumerate(_VISITS):
        moment = when.ago(days, 21, 5 + 7 * place)
        reference = f"PL0900-{moment.year}-60300{place + 1}"
        visits.append(
            Signal(
                source=Source.POLICE_UTRECHT, reference=reference,
                reported=moment + timedelta(hours=1), category="incident", severity="incidental",
                occurred=moment, statements=(Statement("fact", text),),
                mentions=(
                    noor.as_("p1", "victim"), sander.as_("p2", "perpetrator"),
                    fien.as_("p3", "child_witness"),
                ),
                ties=(Tie("p1", "p2", "partner", since), mother, father),
                violence_forms=("psychological", "verbal"), origin_incident=reference,
                reporter=Reporter("agency"), kindcheck="yes", informed=True, police_article="8",
                first_processed=moment.date(),
            )
        )  # fmt: skip
    apart = Tie("p1", "p2", "ex_partner", since, parted)
    her_now = noor.as_("p1", "victim", home=HER_ADDRESS)
    child_now = fien.as_("p3", "child_witness", home=SCHOOL_ADDRESS)
    handover_at = when.ago(2, 17, 30)
    handover = Signal(
        source=Source.YOUTH_CARE_UTRECHT, reference=f"JH-{handover_at.year}-603007",
        reported=handover_at + timedelta(hours=3), category="care", severity="acute",
        occurred=handover_at, place="child_handover",
        statements=(
            Statement("statement", "‘Hij kneep mijn keel dicht, Fien stond ernaast.’", "p1"),
            Statement("fact", "Rode striemen in de hals; kon slecht slikken. Bij de"
                      " overdracht van Fien."),
            Statement("opinion", "Na de scheiding minder vaak, en veel ernstiger."),
        ),
        mentions=(her_now, sander.as_("p2", "perpetrator", "ex_partner"), child_now),
        ties=(apart, mother, father), violence_forms=("physical", "threat"), pattern="divorce",
        reporter=Reporter("professional", "open", "jeugdhulpverlener", "", "", 5, "unsafe"),
        kindcheck="yes", informed=True,
    )  # fmt: skip
    found_at = when.ago(1, 10, 10)
    found = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{found_at.year}-603008",
        reported=found_at, category="report", severity="structural", occurred=found_at.date(),
        statements=(
            # The deliberate one: Bundel must find the address and withhold the narrative.
            Statement(
                "suspicion",
                "Sander vroeg bij haar moeder of zij aan de Kastanjehof 17 woont en of Fien naar"
                " De Klimop gaat, aan het Meidoornplein 3.",
            ),
        ),
        mentions=(
            noor.as_("p1", "victim", home=HER_ADDRESS),
            sander.as_("p2", "perpetrator", "ex_partner"),
            fien.as_("p3", "child_witness", home=SCHOOL_ADDRESS),
        ),
        ties=(apart, mother, father), violence_forms=("stalking",), pattern="stalking_by_ex",
        reporter=Reporter("family", "shielded"), kindcheck="yes", informed=False,
        informed_reason="Melder wil niet herkend worden.",
    )  # fmt: skip
    return Story(
        number=3,
        id="noor-en-sander",
        household="Noord",
        reading="Escalatie na de scheiding, al daalde het aantal signalen.",
        signals=(*visits, handover, found),
        assignments=(TO_VT,),
        expectations=(
            Shown("m.dejong", ("kneep mijn keel dicht", "veel ernstiger")),
            Hidden("m.dejong", PROTECTED_TEXTS, "her address and the school, for everyone"),
            Hidden("s.kaya", PROTECTED_TEXTS, "her address and the school, for everyone"),
            Hidden("t.maas", (*PROTECTED_TEXTS, "keel dicht"), "no case there", absent=True),
            Hidden("j.prins", (*PROTECTED_TEXTS, "keel dicht"), "no case there", absent=True),
            Hidden("k.bos", (*PROTECTED_TEXTS, "keel dicht"), "another region", absent=True),
        ),
    )  # fmt: skip
