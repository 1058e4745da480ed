"""What is printed when the demonstration is there: addresses, log-ins, next steps."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from bundel.demo.loader import demo_told
from shared.settings import Settings

_START = {
    "coordinator": "/signals/",
    "desk": "/signals/desk",
    "consent_officer": "/consent/",
    "privacy_officer": "/audit/",
    "administrator": "bundel --help",
}
_WHAT = {
    "m.dejong": "regisseur Veilig Thuis: begin hier",
    "a.said": "regisseur Veilig Thuis, op de lijst",
    "t.maas": "regisseur Zorg- en Veiligheidshuis",
    "k.bos": "regisseur Veilig Thuis, andere regio",
    "j.prins": "regisseur jeugdteam van de gemeente",
    "s.kaya": "meldpunt Veilig Thuis",
    "l.smit": "meldpunt Zorg- en Veiligheidshuis",
    "n.peters": "meldpunt Veilig Thuis Gooi",
    "d.bakker": "meldpunt jeugdteam",
    "r.visser": "toestemmingsfunctionaris",
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
    people = Table("Inloggen als", "Wie", "Begint op", box=box.SIMPLE_HEAD, pad_edge=False)
    for login in told["logins"]:
        people.add_row(login["user"], _WHAT.get(login["user"], ""), _START[login["role"]])
    places = Table(box=None, show_header=False, pad_edge=False)
    places.add_row("Adres", f"{base}/")
    places.add_row("Wachtwoord", f"{told['logins'][0]['password']} (voor iedereen)")
    places.add_row("Wie keek er?", f"als f.yilmaz: {base}/audit/")
    places.add_row("API", f"{base}/signals/v1/docs")
    places.add_row("Logboek", "bundel log export MAP")
    console.print()
    console.print(people)
    console.print(places)
    console.print("Open dit gezin als m.dejong:")
    console.print(told["household"]["url"], soft_wrap=True)
    console.print()
