"""Error pages: what happened, what to do, and nothing about what is not there (I4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, g, make_response, render_template, request

from shared.problems import Problem


@dataclass(frozen=True)
class Explanation:
    """Dutch texts (keys of english.json). `text` may name {n}: seconds to wait."""

    title: str
    text: str
    again: bool = False  # offer the same address once more
    login: bool = False


_UNREADABLE = Explanation(
    "Dit kon Bundel niet lezen",
    "Ga terug en vul het opnieuw in. Niets is gewijzigd.",
)
_OVERTAKEN = Explanation(
    "Iemand was u voor",
    "Wat u wilde wijzigen is intussen veranderd. Bekijk de nieuwe stand en kies opnieuw.",
)
UNKNOWN = Explanation(
    "Er ging iets mis in Bundel",
    "Niets is gewijzigd. Geef het nummer hieronder door aan uw beheerder.",
    again=True,
)
EXPLANATIONS: Mapping[int, Explanation] = {
    400: _UNREADABLE,
    413: _UNREADABLE,
    415: _UNREADABLE,
    409: _OVERTAKEN,
    412: _OVERTAKEN,
    401: Explanation(
        "U bent niet meer ingelogd",
        "Na een tijd zonder gebruik sluit Bundel vanzelf. Log opnieuw in; er is niets verloren.",
        login=True,
    ),
    403: Explanation(
        "Dit formulier is verlopen",
        "Ga terug, laad de pagina opnieuw en verstuur het nog een keer. Niets is gewijzigd.",
    ),
    404: Explanation(
        "Hier is niets dat u mag zien",
        "Het bestaat niet, of het is niet voor u. Het antwoord is in beide gevallen hetzelfde. "
        "Denkt u dat u dit wel nodig heeft? Vraag het meldpunt van uw regio.",
    ),
    405: Explanation(
        "Dit adres werkt anders",
        "Open de pagina vanuit het menu. Niets is gewijzigd.",
    ),
    503: Explanation(
        "Bundel kan dit nu niet laten zien",
        "Een onderdeel dat eerst moet antwoorden, is even niet bereikbaar. Er is niets verloren. "
        "Probeer het over {n} seconden opnieuw.",
        again=True,
    ),
}


def problem_page(problem: Problem) -> Response:
    """Renders a problem for a browser. `shared.http` sets status and headers.

    The API's own `detail` is English and for programmers: the page has its own words.
    """
    status = int(problem.status)
    return make_response(
        render_template(
            "problem.html",
            explanation=EXPLANATIONS.get(status, UNKNOWN),
            wait=problem.retry_after or 5,
            status=status,
            trace_id=g.get("trace_id", ""),
            # A form is never sent again from here: only a page that was asked for by GET.
            again=request.path if request.method == "GET" else "",
        )
    )
