"""Why a link was made or doubted, in words a desk can check. Codes are kept, words are shown.

Dutch is the key; pages translate it. No score decides on danger, guilt or access (I10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

_FIELDS = {
    "bsn": "BSN",
    "given": "Voornaam",
    "surname": "Achternaam",
    "birth_date": "Geboortedatum",
    "sex": "Geslacht",
    "address": "Adres",
    "phone": "Telefoon",
    "previous": "Eerdere versie",
}
_REASONS = {
    "equal": "gelijk",
    "different": "verschilt",
    "unknown": "niet te vergelijken",
    "disputed": "gelijk, maar betwist",
    "different_disputed": "verschilt, en is betwist",
    "initial": "zelfde voorletter",
    "part": "een van de namen gelijk",
    "call_name": "roepnaam bij de officiële naam",
    "very_similar": "bijna gelijk geschreven",
    "similar": "lijkt erop",
    "sound": "klinkt gelijk",
    "partner": "gelijk met de naam van een partner",
    "new_year": "gelijk, op 1 januari (dag vaak onbekend)",
    "year_month": "jaar en maand gelijk",
    "year": "jaar gelijk",
    "swapped": "dag en maand verwisseld",
    "typing_error": "één teken verschil",
    "building": "zelfde huisnummer, andere toevoeging",
}
_DOUBTS = {
    "nobody_alike": "Lijkt op niemand die bekend is.",
    "placeholder": "Zonder naam: een eigen plek, met niemand vergeleken.",
    "sealed": "Geen grond om samen te voegen: apart gehouden.",
    "too_little_evidence": "Te weinig gegevens komen overeen.",
    "may_be_twins": "Zelfde achternaam en geboortedatum, andere voornaam: misschien een tweeling.",
    "given_name_uncertain": "De voornaam is niet zeker genoeg gelijk.",
    "birth_date_uncertain": "De geboortedatum is niet zeker genoeg gelijk.",
    "neither_name_nor_date_exact": "Voornaam noch geboortedatum is precies gelijk.",
    "bsn_disputed": "Een BSN is betwist.",
    "bsn_equal_names_differ": "Het BSN is gelijk, maar de namen verschillen.",
    "bsn_equal_birth_dates_differ": "Het BSN is gelijk, maar de geboortedata verschillen.",
    "bsn_equal_sexes_differ": "Het BSN is gelijk, maar voornaam en geslacht verschillen.",
    "earlier_mention_differs": "Een eerdere vermelding van deze persoon spreekt het tegen.",
    "correction_differs": "De verbeterde gegevens wijken af van de eerdere.",
    "named_by_another_mention": "Een andere persoon in dit signaal is deze persoon al.",
    "runner_up_too_near": "Nog iemand lijkt bijna evenveel.",
    "another_is_more_alike": "Iemand anders lijkt meer.",
}


# Every text a sentence is made of, for who translates them.
TEXTS = (*_FIELDS.values(), *_REASONS.values(), *_DOUBTS.values())


def in_words(codes: Iterable[str], translated: Callable[[str], str] = str) -> list[str]:
    """Sentences for the codes of a link's explanation or a candidate's reasons: in Dutch, or as
    `translated` turns each of TEXTS.

    Raises KeyError for a code without words: a test sees to it that every code has them.
    """
    return [_sentence(code, translated) for code in codes]


def _sentence(code: str, translated: Callable[[str], str]) -> str:
    field, separator, reason = code.partition(":")
    if not separator:
        return translated(_DOUBTS[code])
    return f"{translated(_FIELDS[field])}: {translated(_REASONS[reason])}."
