"""Story 8: a serious assault, then silence and "going well". Quiet is not safety."""

from __future__ import annotations

from datetime import timedelta

from bundel.demo.model import Address, Name, Reporter, Signal, Source, Statement, Tie
from bundel.demo.stories.model import (
    TO_VT,
    TO_ZVH,
    Calendar,
    Character,
    ConsentGiven,
    Context,
    Hidden,
    Masked,
    Shown,
    Story,
)

_HOME = Address("Parelgras", 16, "3706GV", "Zeist")
_NOTES = (
    (240, "Linda zegt dat het thuis rustig is; zij slaapt weer door."),
    (205, "Wandelgesprek: het gaat goed, Patrick werkt veel."),
    (170, "Linda lacht meer en heeft haar zus gezien."),
    (128, "Belafspraak, kort: alles gaat goed, zei zij, en hing op."),
    (62, "Linda zegt drie keer achter elkaar dat het goed gaat."),
)


def linda_and_patrick(when: Calendar) -> Story:
    linda = Character(8, 0, Name("Linda", "Verhagen"), when.born(36, 5, 16), "female", _HOME)
    patrick = Character(8, 1, Name("Patrick", "Dekkers"), when.born(38, 10, 22), "male", _HOME)
    together = Tie("p1", "p2", "partner", when.day_ago(3500))
    assault_at = when.last(1, 17, 1, 20)
    reference = f"PL0900-{assault_at.year}-608001"
    assault = Signal(
        source=Source.POLICE_UTRECHT, reference=reference, reported=assault_at + timedelta(hours=3),
        category="incident", severity="acute", occurred=assault_at, addressed_to="ZVH",
        statements=(
            Statement("fact", "Linda met gebroken jukbeen naar het ziekenhuis; Patrick weg"
                      " bij aankomst."),
        ),
        mentions=(linda.as_("p1", "victim"), patrick.as_("p2", "perpetrator")), ties=(together,),
        violence_forms=("physical",), origin_incident=reference, reporter=Reporter("agency"),
        kindcheck="no", informed=True, police_article="8", first_processed=assault_at.date(),
    )  # fmt: skip
    assessment_at = assault_at + timedelta(days=20)
    assessment = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{assessment_at.year}-608002",
        reported=assessment_at, category="assessment", severity="structural",
        occurred=assessment_at.date(),
        statements=(
            Statement("opinion", "Hoog gevaar bij herhaling; zicht op Patrick is voorwaarde."),
        ),
        mentions=(linda.as_("p1", "victim"), patrick.as_("p2", "perpetrator")), ties=(together,),
        violence_forms=("physical",), reporter=Reporter("agency"), informed=True,
    )  # fmt: skip
    notes = []
    for place, (days, text) in enumerate(_NOTES):
        moment = when.ago(days, 11, 30)
        notes.append(
            Signal(
                source=Source.YOUTH_CARE_UTRECHT, reference=f"JH-{moment.year}-60801{place}",
                reported=moment, category="care", severity="suspicion", occurred=moment.date(),
                place="elsewhere", statements=(Statement("fact", text),),
                mentions=(linda.as_("p1", "victim"),), violence_forms=("psychological",),
                reporter=Reporter(
                    "professional", "open", "jeugdhulpverlener", "", "", 4, "help_possible"
                ),
                kindcheck="no", informed=True,
            )
        )  # fmt: skip
    gone_at = when.ago(118, 14)
    gone = Signal(
        source=Source.VEILIG_THUIS_UTRECHT, reference=f"VT-{gone_at.year}-608020",
        reported=gone_at, category="assessment", severity="structural", occurred=gone_at.date(),
        statements=(
            Statement("fact", "Patrick is niet verschenen op de afspraak en wordt niet meer"
                      " gezien."),
        ),
        mentions=(linda.as_("p1", "victim"), patrick.as_("p2", "perpetrator")), ties=(together,),
        violence_forms=("psychological",), reporter=Reporter("agency"), informed=True,
    )  # fmt: skip
    references = tuple(note.reference for note in notes)
    telling = ("slaapt weer door", "haar zus gezien", "drie keer achter elkaar", "en hing op")
    return Story(
        number=8,
        id="linda-en-patrick",
        household="Verhagen",
        reading="Stilte is geen veiligheid: hij is vier maanden niet gezien.",
        signals=(assault, assessment, *notes, gone),
        assignments=(TO_VT, TO_ZVH),
        consents=(
            ConsentGiven(
                references, "p1", Context.ZVH, ("care",), "self", linda.birth, withdrawn=True
            ),
        ),
        expectations=(
            Shown("m.dejong", ("zicht op Patrick is voorwaarde", "wordt niet meer gezien")),
            Shown("t.maas", ("gebroken jukbeen",)),
            Hidden("t.maas", telling, "the notes rested on a consent that was withdrawn"),
            Masked("t.maas", 1, "known to exist, consent withdrawn"),
            Hidden("k.bos", (*telling, "Verhagen"), "another region", absent=True),
            Hidden("j.prins", (*telling, "Verhagen"), "no case there", absent=True),
        ),
    )  # fmt: skip
