"""`bundel keys`: changing keys. Each step may be broken off and run again (docs/operations.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine, func, select

from shared.database import open_engine, writing
from shared.settings import Settings, load_settings


@click.group("keys")
def command() -> None:
    """Change the keys of an installation, one kind at a time."""


@command.group("rotate")
def rotate() -> None:
    """Bring what is stored to the new key that the settings name."""


@contextmanager
def _opened(settings: Settings, *names: str) -> Iterator[list[Engine]]:
    engines = [open_engine(settings.databases[name]) for name in names]
    try:
        yield engines
    finally:
        for engine in engines:
            engine.dispose()


@command.command("status")
def status() -> None:
    """Say of which generation the keys are that are stored."""
    from services.signals.linking.tables import match_keys
    from services.signals.protection.tables import data_keys
    from services.signals.search import documents
    from services.signals.search.choosing import tokeniser_of

    settings = load_settings()
    with _opened(settings, "keys", "signals") as (keys, signals):
        with keys.connect() as connection:
            wrapped = connection.execute(
                select(data_keys.c.kek_generation, func.count())
                .where(data_keys.c.destroyed_at.is_(None))
                .group_by(data_keys.c.kek_generation)
                .order_by(data_keys.c.kek_generation)
            ).all()
        with signals.connect() as connection:
            matched = connection.execute(
                select(match_keys.c.generation, func.count(match_keys.c.mention_id.distinct()))
                .group_by(match_keys.c.generation)
                .order_by(match_keys.c.generation)
            ).all()
            version = tokeniser_of(settings).version
            old = bool(documents.outdated(connection, version, 1))
    for generation, count in wrapped:
        click.echo(f"BUNDEL_KEK generation {generation}: wraps {count} keys")
    for generation, count in matched:
        click.echo(f"BUNDEL_MATCH_KEY generation {generation}: {count} mentions")
    told = "some documents wait to be indexed again" if old else "all documents"
    click.echo(f"BUNDEL_INDEX_KEY: {told}")


@rotate.command("kek")
def kek() -> None:
    """Wrap every data key with the highest generation of BUNDEL_KEK. Bundel may go on working."""
    from services.signals.protection.vault import Vault

    settings = load_settings()
    newest = max(settings.ring("KEK"))
    total = 0
    with _opened(settings, "keys") as (engine,):
        vault = Vault(settings, engine)
        while done := vault.rewrap():
            total += done
    click.echo(f"{total} keys wrapped anew; all are of generation {newest} now.")


@rotate.command("match")
def match() -> None:
    """Make match keys of the highest generation of BUNDEL_MATCH_KEY beside those in use."""
    from services.signals.linking.rekeying import Rekeyer
    from services.signals.protection.matchkeys import MatchKeyer
    from services.signals.protection.vault import Vault

    settings = load_settings()
    ring = settings.ring("MATCH_KEY")
    newest = max(ring)
    with _opened(settings, "signals", "keys") as (signals, keys):
        keyer = MatchKeyer(ring[newest], newest)
        done = Rekeyer(signals, Vault(settings, keys), keyer).run()
    click.echo(f"{done} mentions got match keys of generation {newest}.")


@rotate.command("index")
def index() -> None:
    """Index again what another BUNDEL_INDEX_KEY has made. With Bundel running, its own worker does
    the same in the background."""
    from services.signals.protection.vault import Vault
    from services.signals.search.choosing import choose, tokeniser_of

    settings = load_settings()
    with _opened(settings, "signals", "keys") as (signals, keys):
        chosen = choose(settings, signals, Vault(settings, keys), tokeniser_of(settings))
        total = 0
        while done := chosen.keeper.run_once():
            total += done
    click.echo(f"{total} documents indexed with the new key.")


@rotate.command("provider")
def provider() -> None:
    """Give the development provider a new signing key; it signs after a restart. A Keycloak makes
    its own: see docs/operations.md."""
    from services.identity.keys import SigningKeys

    settings = load_settings()
    if not settings.development:
        raise click.UsageError(
            "This installation has a provider of its own: add a key of higher priority there."
        )
    keys = SigningKeys(settings.home / "identity")
    keys.rotate()
    click.echo(f"New signing key {keys.newest.kid}; restart to sign with it.")


@command.group("forget")
def forget() -> None:
    """Delete what an old key made, once the new one is used."""


@forget.command("match")
def forget_match() -> None:
    """Delete the match keys of every generation but the one in use."""
    from services.signals.linking.rekeying import KeysMissing, forget_others

    settings = load_settings()
    used = next(iter(settings.ring("MATCH_KEY")))
    with _opened(settings, "signals") as (engine,):
        try:
            with writing(engine).begin() as connection:
                gone = forget_others(connection, used)
        except KeysMissing as error:
            raise click.ClickException(f"{error} Run first: bundel keys rotate match") from error
    click.echo(f"{gone} match keys of other generations deleted.")
