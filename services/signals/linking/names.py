"""Dutch names: particles, initials, a partner's name before or behind one's own, other spellings.

A name is reduced to several forms; two names are compared form by form and the best pair counts.
One canonical form alone fails: "vandenBerg" loses nothing by stripping particles and then no longer
resembles "van den Berg", while "v.d. Berg" and "Berg, van den" only agree once they are stripped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

_PARTICLE_TEXT = """
van de der den het t ter ten te in op aan bij onder over uit tot voor v vd vdn vder vden vande
vanden vander ind opd aand uitd d l s el al ben bin ibn ait abu ould da das do dos di del della
la le les von zu zum zur
"""
PARTICLES = frozenset(_PARTICLE_TEXT.split())
# Written together, "vandenberg" hides its particle; the longest that fits is taken off as well.
_GLUED = (
    "vanden",
    "vander",
    "vande",
    "vant",
    "van",
    "opden",
    "opde",
    "inden",
    "inde",
    "ter",
    "ten",
)
_NO_NAME = frozenset(
    {
        "",
        "onbekend",
        "unknown",
        "onbekende",
        "nn",
        "n n",
        "niet bekend",
        "x",
        "xx",
        "xxx",
        "anoniem",
    }
)
_NOT_LETTERS = re.compile(r"[^a-z]+")
_INITIALS = re.compile(r"^(?:[A-Za-z]{1,2}\.\s*)+[A-Za-z]?\.?$|^(?:[A-Z]\s+)+[A-Z]$")
_DOUBLED = re.compile(r"(.)\1+")

# Call names that say little about the official name. Pairs of a call name and its official forms.
_CALL_NAMES = {
    "jan": "johannes", "hans": "johannes", "johan": "johannes", "joop": "johannes",
    "kees": "cornelis", "cor": "cornelis", "corry": "cornelia", "piet": "petrus",
    "pieter": "petrus", "peter": "petrus", "henk": "hendrik", "rik": "hendrik",
    "wim": "wilhelmus", "willem": "wilhelmus", "gerrit": "gerardus", "gerard": "gerardus",
    "toon": "antonius", "ton": "antonius", "anton": "antonius", "sjaak": "jacobus",
    "jaap": "jacobus", "jacob": "jacobus", "koos": "jacobus", "bert": "albertus",
    "bart": "bartholomeus", "theo": "theodorus", "nico": "nicolaas", "klaas": "nicolaas",
    "dirk": "theodoricus", "marijke": "maria", "ria": "maria", "mieke": "maria", "mia": "maria",
    "rie": "maria", "anneke": "anna", "annie": "anna", "ans": "johanna", "joke": "johanna",
    "hannie": "johanna", "truus": "geertruida", "trudy": "geertruida", "bep": "elisabeth",
    "els": "elisabeth", "betty": "elisabeth", "liesbeth": "elisabeth", "ineke": "catharina",
    "toos": "catharina", "karin": "catharina", "wil": "wilhelmina", "willy": "wilhelmina",
    "mo": "mohamed", "mohammed": "mohamed", "muhammad": "mohamed", "mohammad": "mohamed",
}  # fmt: skip


@dataclass(frozen=True)
class PersonName:
    """A name as a source wrote it; any part may be empty. Never logged."""

    given: str = ""
    initials: str = ""
    particle: str = ""
    surname: str = ""
    partner_particle: str = ""
    partner_surname: str = ""


@dataclass(frozen=True)
class NameForms:
    """A name made comparable. `own` and `partner`: surname forms, particles on and off."""

    given: tuple[str, ...]  # folded given names in order
    initials: str
    own: frozenset[str]
    partner: frozenset[str]
    cores: tuple[str, ...]  # surnames without particles, own ones first: for keys and frequency

    @property
    def empty(self) -> bool:
        return not (self.given or self.own or self.partner)


def fold(text: str) -> str:
    """Lower-case ASCII words: diacritics off, punctuation to spaces, y as ij."""
    return _NOT_LETTERS.sub(" ", anyascii(text).lower()).strip().replace("ij", "y")


def phonetic(text: str) -> str:
    """A coarse sound of a Dutch name: what is easily confused becomes alike (Bakkali, Bakali)."""
    result = fold(text).replace(" ", "")
    for written, spoken in (
        ("sch", "sg"), ("ch", "g"), ("ph", "f"), ("th", "t"), ("dt", "t"), ("ck", "k"),
        ("x", "ks"), ("c", "k"), ("q", "k"), ("z", "s"), ("v", "f"), ("ou", "au"), ("y", "i"),
        ("ie", "i"), ("ei", "i"), ("w", "v"),
    ):  # fmt: skip
        result = result.replace(written, spoken)
    result = _DOUBLED.sub(r"\1", result)
    head, tail = result[:1], re.sub("[aeiouh]", "", result[1:])
    if head in "aeiou":
        head = "a"
    return _DOUBLED.sub(r"\1", head + tail)


def call_name(given: str) -> str:
    """The official name a call name usually stands for; the name itself when it is none."""
    return _CALL_NAMES.get(given, given)


@lru_cache(maxsize=8192)
def forms_of(name: PersonName) -> NameForms:
    """All forms of one name. A name that says "unknown" has none."""
    given_text, initials = name.given, name.initials
    if given_text and _INITIALS.match(given_text.strip()):
        given_text, initials = "", initials or given_text
    given = tuple(fold(given_text).split()) if fold(given_text) not in _NO_NAME else ()
    own, own_cores = _surname_forms(name.particle, name.surname)
    partner, partner_cores = _surname_forms(name.partner_particle, name.partner_surname)
    letters = fold(initials).replace(" ", "") or "".join(word[0] for word in given)
    return NameForms(given, letters, own, partner, _ordered((*own_cores, *partner_cores)))


def _surname_forms(particle: str, surname: str) -> tuple[frozenset[str], tuple[str, ...]]:
    if fold(surname) in _NO_NAME:
        return frozenset(), ()
    forms: list[str] = []
    cores: list[str] = []
    for part in _parts(surname):
        words = fold(part).split()
        if not words:
            continue
        core_words = [word for word in words if word not in PARTICLES] or words
        core = "".join(core_words)
        cores.append(core)
        forms.extend((core, "".join(words)))
        if particle and part == surname:
            forms.append("".join(fold(particle).split()) + core)
        forms.extend(
            core[len(glued) :]
            for glued in _GLUED
            if core.startswith(glued) and len(core) - len(glued) >= 4
        )
    return frozenset(forms), _ordered(cores)


def _parts(surname: str) -> list[str]:
    """A surname field as a whole, the comma form turned, and the two names of a double name."""
    turned = surname
    if "," in surname:
        core, _, particle = surname.partition(",")
        words = fold(particle).split()
        # "Berg, van den" is one name; "Vries, Anna de" and "Jansen, Bakker" are not.
        turned = f"{particle.strip()} {core.strip()}" if set(words) <= PARTICLES else core
    names = [part.strip() for part in re.split(r"\s*[-–/]\s*", turned) if fold(part)]
    if len(names) < 2:
        return [turned]
    # "v/d Berg" is split by its slash into nothing but particles: then it is one name.
    if any(set(fold(part).split()) <= PARTICLES for part in names):
        return [turned]
    return [*names, turned]


def _ordered(words: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
