"""What the provider remembers holds on both databases, under many requests at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect, text

from services.identity.attempts import Attempts
from services.identity.store import Store, digest
from services.identity.tables import metadata
from shared import clock
from shared.database import migrate, migration_config, open_engine

AT_ONCE = 8
SUBJECT = "2d8f1c0e-6a0b-4d86-9f6b-6d6f0c1a7e55"


@pytest.fixture
def url(database_url: Callable[[str], str]) -> str:
    return database_url("identity")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    engine = open_engine(url)
    yield Store(engine)
    engine.dispose()


def code_of(store: Store) -> str:
    _cookie, login = store.begin_login(SUBJECT)
    return store.give_code(login, "bundel-signals", "http://x.test/cb", "openid", "n", "c" * 43)


def at_once(work: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [future.result() for future in [pool.submit(work) for _ in range(AT_ONCE)]]


def test_of_many_equal_assertions_at_once_one_is_taken(store: Store) -> None:
    until = int(clock.now().timestamp()) + 60
    taken = at_once(lambda: store.use_assertion("police-utrecht", "jti", until))
    assert sorted(taken) == [False] * (AT_ONCE - 1) + [True]


def test_of_many_uses_of_a_code_at_once_one_succeeds_at_most(store: Store) -> None:
    code = code_of(store)
    grants = at_once(lambda: store.take_code(code, "bundel-signals"))
    assert sum(grant is not None for grant in grants) == 1
    assert store.take_code(code, "bundel-signals") is None


def test_of_many_uses_of_a_refresh_token_at_once_one_succeeds_and_the_grant_ends(
    store: Store,
) -> None:
    grant = store.take_code(code_of(store), "bundel-signals")
    assert grant is not None
    token = store.give_refresh_token(grant)
    taken = at_once(lambda: store.take_refresh_token(token, "bundel-signals"))
    assert sum(found is not None for found in taken) == 1
    later = store.give_refresh_token(grant)
    assert store.take_refresh_token(later, "bundel-signals") is None


def test_failures_at_once_are_all_counted(url: str) -> None:
    engine = open_engine(url)
    attempts = Attempts(engine)
    at_once(lambda: attempts.note_failure("m.dejong"))
    assert attempts.is_blocked("m.dejong")
    attempts.note_success("m.dejong")
    assert not attempts.is_blocked("m.dejong")
    for _ in range(4):
        attempts.note_failure("m.dejong")
    assert not attempts.is_blocked("m.dejong")
    engine.dispose()


def test_log_out_ends_the_cookie_and_all_that_came_of_it(store: Store) -> None:
    cookie, login = store.begin_login(SUBJECT)
    code = store.give_code(login, "bundel-signals", "http://x.test/cb", "", "", "c" * 43)
    grant = store.take_code(code, "bundel-signals")
    assert grant is not None
    token = store.give_refresh_token(grant)
    store.end_login(login.cookie_digest)
    assert store.find_login(cookie) is None
    assert store.take_refresh_token(token, "bundel-signals") is None


def test_what_has_ended_is_forgotten(store: Store, url: str) -> None:
    grant = store.take_code(code_of(store), "bundel-signals")
    assert grant is not None
    store.give_refresh_token(grant)
    later = clock.now() + timedelta(hours=9)
    clock.set_source(lambda: later)
    code_of(store)
    engine = open_engine(url)
    with engine.connect() as connection:
        for table, left in (("grants", 1), ("refresh_tokens", 0), ("logins", 1)):
            count = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608
            assert (table, count) == (table, left)
    engine.dispose()


def test_codes_tokens_and_cookies_are_stored_as_digests_only(store: Store, url: str) -> None:
    cookie, login = store.begin_login(SUBJECT)
    code = store.give_code(login, "bundel-signals", "http://x.test/cb", "", "", "c" * 43)
    grant = store.take_code(code, "bundel-signals")
    assert grant is not None
    token = store.give_refresh_token(grant)
    engine = open_engine(url)
    with engine.connect() as connection:
        stored = " ".join(
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
        )
    engine.dispose()
    assert digest(token) in stored
    assert not any(secret in stored for secret in (cookie, code, token))


def test_the_migration_goes_down_and_up_again(url: str) -> None:
    command.downgrade(migration_config("identity", url), "base")
    engine = open_engine(url)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    migrate("identity", url)
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    engine.dispose()
