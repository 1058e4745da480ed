"""Dutch narratives, composed of fragments: what was seen, what was said, what is feared, what a
professional thinks. Kept apart by kind, as careful reporting asks.

In a fragment {a} is the person harmed, {b} the other adult, {c} a child; {tijd}, {ding},
{weken}, {plek} and {letsel} are details, {hij} is the other adult.
No fragment names an address, an origin, a faith or a rumour as a fact.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from bundel.demo.model import Statement

_DETAILS = {
    "tijd": ("rond 21.30 uur", "kort na middernacht", "om 7.15 uur", "aan het eind van de middag",
             "rond etenstijd", "om 2.40 uur", "vlak voor schooltijd"),
    "ding": ("een stoel", "een telefoon", "een bord", "een afstandsbediening", "een fles",
             "een lamp", "een sleutelbos", "een glas"),
    "weken": ("twee weken", "drie weken", "zes weken", "twee maanden", "een maand", "vier maanden"),
    "plek": ("keuken", "gang", "slaapkamer", "woonkamer", "tuin", "portiek"),
    "letsel": ("een rode plek op de wang", "een blauwe plek op de bovenarm", "krassen in de hals",
               "een gezwollen lip", "een blauw oog", "een pijnlijke pols"),
}  # fmt: skip


@dataclass(frozen=True)
class Fragments:
    """Sentences by kind. `about` marks who a statement is by: a, b or c."""

    fact: tuple[str, ...]
    statement: tuple[tuple[str, str], ...]
    suspicion: tuple[str, ...] = ()
    opinion: tuple[str, ...] = ()


POLICE_QUARREL = Fragments(
    fact=(
        "Melding van geschreeuw, {tijd}. Bij aankomst staat {b} buiten; {a} doet open en huilt.",
        "Ter plaatse een omgevallen kast en {ding} in scherven in de {plek}. Geen letsel gezien.",
        "{a} en {b} zijn apart gesproken in de {plek} en buiten. Beiden zijn nuchter.",
        "Collega's zien dat de deur van de {plek} uit het slot is getrapt.",
        "{b} is op verzoek van {a} voor de nacht vertrokken naar familie. Sleutel is ingenomen.",
        "Vierde keer in {weken} dat een noodhulpeenheid aan de deur staat; laatste keer {tijd}.",
    ),
    statement=(
        ("a", "‘{Hij} begon weer over geld en toen ging het mis.’"),
        ("a", "‘Er is niets gebeurd, het was alleen schreeuwen.’"),
        ("b", "‘Wij hadden ruzie, dat heeft iedereen wel eens.’"),
        ("b", "‘Ik ben er klaar mee dat mijn telefoon wordt nagekeken.’"),
        ("a", "‘Ik wil geen aangifte doen, ik wil dat het ophoudt.’"),
    ),
    suspicion=(
        "Mogelijk is eerder op de avond geduwd; {a} houdt een arm vast maar zegt er niets over.",
        "Het vermoeden bestaat dat {b} meer had gedronken dan werd gezegd.",
    ),
    opinion=(
        "Naar het oordeel van verbalisanten is {a} bang om in het bijzijn van {b} te spreken.",
    ),
)
POLICE_SERIOUS = Fragments(
    fact=(
        "{a} heeft {letsel}. Ambulance ter plaatse, {tijd}. {b} is weg bij aankomst.",
        "In de {plek} ligt {ding} kapot op de grond; bloed op het aanrecht. {a} heeft {letsel}.",
        "{b} is aangehouden terzake mishandeling en overgebracht naar het bureau.",
        "Op camerabeeld van het portiek is te zien dat {b} {a} aan de jas naar binnen trekt.",
        "{a} is naar de spoedeisende hulp gebracht met {letsel} en klachten bij het slikken.",
    ),
    statement=(
        ("a", "‘{Hij} kneep mijn keel dicht tot ik niets meer zag.’"),
        ("a", "‘{Hij} zei dat ik het volgende keer niet meer na zou vertellen.’"),
        ("b", "‘Ik heb alleen teruggeduwd.’"),
        ("a", "‘Ik dacht: nu is het afgelopen.’"),
    ),
    suspicion=("Het letsel past niet bij de val waarover {b} spreekt.",),
    opinion=("Verbalisanten schatten het gevaar voor herhaling deze nacht als hoog in.",),
)
POLICE_AFTER_PARTING = Fragments(
    fact=(
        "{b} staat {tijd} voor de deur van {a} en gaat na aanspreken weg.",
        "Ruzie bij het overdragen van {c}; omstanders belden. {b} hield de autodeur tegen.",
        "{a} toont 43 berichten van {b} van één avond, de laatste {tijd}.",
        "Twee banden van de auto van {a} zijn leeg; op de ruit is iets met stift geschreven.",
        "{b} is weggestuurd bij het werk van {a}. Dat is de derde keer in {weken}.",
    ),
    statement=(
        ("a", "‘Sinds ik weg ben, is het alleen maar erger geworden.’"),
        ("a", "‘{Hij} weet elke keer waar ik ben.’"),
        ("b", "‘Ik wil gewoon mijn kind zien.’"),
        ("a", "‘Ik rijd nu elke dag een andere weg.’"),
    ),
    suspicion=("Mogelijk wordt {a} gevolgd met een volger in de auto; nog niet onderzocht.",),
    opinion=("De wijkagent ziet een patroon van opzoeken na de scheiding.",),
)
POLICE_CONCLUSION = Fragments(
    fact=(
        "Tijdelijk huisverbod opgelegd aan {b} voor tien dagen.",
        "Huisverbod van {b} verlengd tot vier weken.",
        "Contactverbod voor {b} met {a} is ingegaan.",
    ),
    statement=(),
)
VT_REPORT = Fragments(
    fact=(
        "Melder hoorde {tijd} bonken en een gil uit de woning van {a} en {b}.",
        "Melder zag {letsel} bij {a}; {a} draaide weg toen ernaar werd gevraagd.",
        "{a} heeft in {weken} drie afspraken op het laatste moment afgezegd.",
        "Bij het gesprek antwoordde {b} steeds voor {a}; {a} keek eerst naar {b}.",
        "{c} bleef na afloop van de les hangen en wilde niet naar huis.",
    ),
    statement=(
        ("a", "‘Ik moet eerst vragen of het mag.’"),
        ("a", "‘Thuis loop ik op eieren.’"),
        ("c", "‘Als papa boos is, ga ik onder mijn bed.’"),
        ("c", "‘Ik moet zachtjes doen, anders gaat het mis.’"),
        ("b", "‘Iedereen is tegen mij.’"),
    ),
    suspicion=(
        "Melder denkt dat {a} geen eigen geld heeft: boodschappen gaan altijd met gepast geld.",
        "Melder vermoedt dat {b} de telefoon van {a} meeleest.",
        "Melder is bang dat het uit de hand loopt nu {a} over weggaan praat.",
        "Melder vermoedt dat {c} meer ziet dan {a} en {b} denken.",
    ),
    opinion=(
        "Melder vindt dat {a} in {weken} stiller en magerder is geworden.",
        "Volgens melder gaat het niet om één ruzie maar om hoe het thuis altijd gaat.",
    ),
)
VT_ASSESSMENT = Fragments(
    fact=(
        "Gesproken met {a} alleen, {tijd}. Dossier bevat twee eerdere meldingen.",
        "Beide ouders apart gesproken. {c} is alleen gezien en gesproken op school.",
        "{b} is twee keer uitgenodigd en niet verschenen.",
        "Veiligheidsvoorwaarden besproken en door {a} getekend; {b} wil er nog over denken.",
    ),
    statement=(
        ("a", "‘Als hulp komt, wordt {hij} eerst heel lief.’"),
        ("b", "‘Ik ga wel met iemand praten als het moet.’"),
        ("c", "‘Het is nu rustig, maar ik slaap bij mijn zusje.’"),
    ),
    suspicion=("Wellicht is er meer gebeurd dan {a} nu durft te vertellen.",),
    opinion=(
        "Beoordeling: structurele onveiligheid; directe veiligheid is nog niet geborgd.",
        "Beoordeling: incident onder stress, beide ouders zoeken hulp.",
        "Beoordeling: er is macht in het spel; gezamenlijk gesprek wordt afgeraden.",
    ),
)
VT_HEALTH = Fragments(
    fact=(
        "{a} komt voor de vierde keer in {weken} met hoofdpijn en slecht slapen.",
        "Bij onderzoek {letsel}, passend bij stevig vastpakken. Foto in het medisch dossier.",
        "{a} vroeg een herhaalrecept voor slaapmiddelen; {b} zat erbij en gaf het antwoord.",
    ),
    statement=(("a", "‘Ik ben weer eens tegen de kast gelopen.’"),),
    suspicion=("De verklaring voor het letsel past niet goed bij wat ik zie.",),
    opinion=("Als arts weeg ik dit als een reëel vermoeden van huiselijk geweld.",),
)
YOUTH_CARE = Fragments(
    fact=(
        "Huisbezoek, {tijd}: {c} kruipt weg als de telefoon van {b} gaat.",
        "{c} is in {weken} vijf keer te laat op school gekomen.",
        "{c} is alleen gesproken; tekende het huis met een deur op slot.",
        "{a} was aanwezig bij het gesprek; {b} kwam zonder bericht niet.",
        "Afspraak over ophalen is drie weken goed gegaan.",
    ),
    statement=(
        ("c", "‘Ik pas op mama als het donker is.’"),
        ("c", "‘Bij papa mag ik niet over mama praten.’"),
        ("a", "‘Ik wil vooral dat de kinderen er niets van merken.’"),
        ("b", "‘Ze luisteren alleen naar haar.’"),
    ),
    suspicion=(
        "Vermoeden dat {c} getuige is geweest van meer dan nu is verteld.",
        "Mogelijk wordt {c} gebruikt om boodschappen over te brengen.",
    ),
    opinion=(
        "Ik zie een kind dat zorgt voor de volwassenen.",
        "De spanning rond het ophalen is groter dan een maand geleden.",
        "Het gaat op dit moment beter met {c}; de afspraken houden.",
    ),
)
TREATMENT = Fragments(
    fact=("{c} slaapt slecht en heeft in {weken} vier keer een paniekaanval gehad.",),
    statement=(("c", "‘Ik droom steeds dat de deur open gaat.’"),),
    opinion=("Behandeling gericht op trauma is begonnen; stabiel gezien de omstandigheden.",),
)


def tell(
    rng: random.Random,
    fragments: Fragments,
    given: dict[str, str],
    speakers: dict[str, str],
    *,
    other_is_woman: bool = False,
) -> tuple[Statement, ...]:
    """One to four statements. `given`: a, b, c -> given name; `speakers`: a, b, c -> person ref.

    Fragments about someone who is not in the signal are left out.
    """

    def fits(text: str) -> bool:
        return all("{" + who + "}" not in text or who in given for who in ("a", "b", "c"))

    pronoun = "zij" if other_is_woman else "hij"
    given = {**given, "hij": pronoun, "Hij": pronoun.capitalize()}
    told: list[Statement] = []
    facts = [text for text in fragments.fact if fits(text)]
    if facts:
        chosen = rng.sample(facts, k=min(len(facts), rng.choice((1, 1, 2))))
        told.append(Statement("fact", " ".join(_filled(rng, text, given) for text in chosen)))
    sayings = [(who, text) for who, text in fragments.statement if who in speakers]
    if sayings and rng.random() < 0.6:
        who, text = rng.choice(sayings)
        told.append(Statement("statement", _filled(rng, text, given), speakers[who]))
    for kind, pool, share in (
        ("suspicion", fragments.suspicion, 0.35),
        ("opinion", fragments.opinion, 0.35),
    ):
        texts = [text for text in pool if fits(text)]
        if texts and (rng.random() < share or not told):
            told.append(Statement(kind, _filled(rng, rng.choice(texts), given)))
    if not told:
        told.append(Statement("unclassified", "Er is gebeld; de lijn viel weg."))
    return tuple(told)


def _filled(rng: random.Random, text: str, given: dict[str, str]) -> str:
    words = {name: rng.choice(values) for name, values in _DETAILS.items()}
    return text.format(**words, **given)
