"""The one analyser for every search back end: text → words → stems. Versioned.

A change here means a new VERSION and a rebuilt index: stored tokens and questions must agree.
PyStemmer's `dutch` is the Kraaij-Pohlmann stemmer; OpenSearch's differs in exceptions, so both
back ends take the words from here.
"""

from __future__ import annotations

import re
import threading
import unicodedata

import Stemmer
from anyascii import anyascii

VERSION = 1

_WORD = re.compile(r"[a-z0-9]+")
_LONGEST_WORD = 64
_LOCAL = threading.local()  # a stemmer keeps state: one for each thread

_STOP_TEXT = """
aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een
eens en er ge geen geweest haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik in
is ja je kan kon kunnen maar me meer men met mij mijn moet na naar niet niets nog nu of om
omdat onder ons ook op over reeds te tegen toch toen tot u uit uw van veel voor want waren was
wat werd wezen wie wil worden wordt zal ze zelf zich zij zijn zo zonder zou
"""
STOP_WORDS = frozenset(_STOP_TEXT.split())


def _stemmer() -> Stemmer.Stemmer:
    found = getattr(_LOCAL, "stemmer", None)
    if found is None:
        found = _LOCAL.stemmer = Stemmer.Stemmer("dutch")
    return found


def words(text: str) -> list[str]:
    """The stems of a text in their order: folded to ASCII, lower case, without stop words.

    Single letters are dropped (initials match everyone), single digits are kept.
    """
    folded = anyascii(unicodedata.normalize("NFKC", text)).lower()
    kept = [
        word[:_LONGEST_WORD]
        for word in _WORD.findall(folded)
        if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())
    ]
    return list(_stemmer().stemWords(kept))


def word_set(*texts: str) -> frozenset[str]:
    """All different stems of several texts."""
    return frozenset(word for text in texts for word in words(text))
