"""What is printed when the demonstration is there: addresses, log-ins, next steps."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from bundel.demo.loader import demo_told
from shared.settings import Settings

_WHAT = {
    "m.dejong": "regisseur Veilig Thuis Utrecht: begin hier",
    "a.said": "regisseur Veilig Thuis, genoemd in het gesloten compartiment",
    "t.maas": "regisseur Zorg- en Veiligheidshuis Utrecht",
    "k.bos": "regisseur Veilig Thuis in een andere regio",
    "j.prins": "regisseur jeugdteam van de gemeente",
    "s.kaya": "signaalpunt Veilig Thuis Utrecht",
    "l.smit": "signaalpunt Zorg- en Veiligheidshuis",
    "n.peters": "signaalpunt Veilig Thuis Gooi",
    "d.bakker": "signaalpunt jeugdteam",
    "r.visser": "toestemmingsbeheerder",
    "f.yilmaz": "privacyfunctionaris",
    "b.beheer": "systeembeheerder: ziet nooit inhoud",
}


def print_welcome(settings: Settings, console: Console | None = None) -> None:
    """Prints a short table, or that there is nothing loaded yet."""
    console = console or Console()
    told: dict[str, Any] = demo_told(settings)
    if not told:
        console.print("De demonstratie is nog niet geladen: bundel demo load")
        return
    base = told["baseUrl"]
    people = Table("Inloggen als", "Wie", "Waar", title="Wachtwoord voor iedereen: bundel-demo")
    for login in told["logins"]:
        people.add_row(login["user"], _WHAT.get(login["user"], ""), _start(base, login["role"]))
    console.print()
    console.print(people)
    console.print(f"Open dit gezin als m.dejong:  {told['household']['url']}", soft_wrap=True)
    console.print(f"Wie keek er? als f.yilmaz:    {base}/audit/", soft_wrap=True)
    console.print(f"Beschrijving van de API:      {base}/signals/v1/docs", soft_wrap=True)
    console.print("Is het logboek heel?          bundel log export MAP")
    console.print()


def _start(base: str, role: str) -> str:
    places = {
        "coordinator": "/signals/",
        "desk": "/signals/desk",
        "consent_officer": "/consent/",
        "privacy_officer": "/audit/",
    }
    return f"{base}{places.get(role, '/audit/')}"
