"""What the provider writes down: used assertions, log-ins, codes and refresh tokens.

Codes, tokens and cookies are stored as SHA-256 digests: reading this database opens nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.identity.tables import grants, logins, refresh_tokens, used_assertions
from shared import clock, ids
from shared.authentication.claims import CLOCK_DIFFERENCE
from shared.database import writing

CODE_SECONDS = 60
LOGIN_SECONDS = 8 * 3600


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _now() -> int:
    return int(clock.now().timestamp())


@dataclass(frozen=True)
class Grant:
    """What one log-in gave one client; the code and all refresh tokens come from it."""

    id: str
    client_id: str
    subject: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    authenticated_at: int
    ends_at: int

    # What Authlib asks of a code and of a refresh token.

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def check_client(self, client: object) -> bool:
        return getattr(client, "client_id", None) == self.client_id


@dataclass(frozen=True)
class Login:
    """A person's single sign-on in one browser."""

    cookie_digest: str
    subject: str
    began_at: int


class Store:
    """The identity database. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def use_assertion(self, client_id: str, jti: str, expires_at: int) -> bool:
        """True the first time; False for every replay until the assertion has expired."""
        try:
            with writing(self._engine).begin() as connection:
                connection.execute(
                    delete(used_assertions).where(used_assertions.c.expires_at < _now())
                )
                connection.execute(
                    insert(used_assertions).values(
                        client_id=client_id, jti_digest=digest(jti), expires_at=expires_at
                    )
                )
        except IntegrityError:
            return False
        return True

    # -- log-ins -----------------------------------------------------------------------------

    def begin_login(self, subject: str) -> tuple[str, Login]:
        """A new single sign-on; gives its cookie's value too."""
        cookie = ids.random_text()
        login = Login(digest(cookie), subject, _now())
        with writing(self._engine).begin() as connection:
            connection.execute(delete(logins).where(logins.c.ends_at < _now()))
            connection.execute(
                insert(logins).values(
                    cookie_digest=login.cookie_digest,
                    subject=login.subject,
                    began_at=login.began_at,
                    ends_at=login.began_at + LOGIN_SECONDS,
                )
            )
        return cookie, login

    def find_login(self, cookie: str) -> Login | None:
        with self._engine.connect() as connection:
            row = connection.execute(
                select(logins).where(
                    logins.c.cookie_digest == digest(cookie),
                    logins.c.ends_at > _now(),
                    # Begun later than now: the clock was set back, its age cannot be told.
                    logins.c.began_at <= _now() + CLOCK_DIFFERENCE,
                )
            ).first()
        return Login(row.cookie_digest, row.subject, row.began_at) if row else None

    def end_login(self, cookie_digest: str) -> None:
        """Log-out: the cookie and everything that came from it stop working."""
        with writing(self._engine).begin() as connection:
            connection.execute(delete(logins).where(logins.c.cookie_digest == cookie_digest))
            connection.execute(
                update(grants)
                .where(grants.c.cookie_digest == cookie_digest, grants.c.revoked_at.is_(None))
                .values(revoked_at=_now())
            )

    # -- codes -------------------------------------------------------------------------------

    def give_code(
        self,
        login: Login,
        client_id: str,
        redirect_uri: str,
        scope: str,
        nonce: str,
        code_challenge: str,
    ) -> str:
        """A code for one use within CODE_SECONDS."""
        code = ids.random_text()
        with writing(self._engine).begin() as connection:
            self._forget_old(connection)
            connection.execute(
                insert(grants).values(
                    id=ids.new_id(),
                    code_digest=digest(code),
                    client_id=client_id,
                    subject=login.subject,
                    cookie_digest=login.cookie_digest,
                    redirect_uri=redirect_uri,
                    scope=scope,
                    nonce=nonce,
                    code_challenge=code_challenge,
                    authenticated_at=login.began_at,
                    code_expires_at=_now() + CODE_SECONDS,
                )
            )
        return code

    def take_code(self, code: str, client_id: str) -> Grant | None:
        """The grant of a code, once. A second use revokes what the first one gave."""
        known = grants.c.code_digest == digest(code)
        with writing(self._engine).begin() as connection:
            taken = connection.execute(
                update(grants)
                .where(known, grants.c.code_used_at.is_(None), grants.c.revoked_at.is_(None))
                .where(grants.c.client_id == client_id)
                .values(code_used_at=_now())
            )
            if taken.rowcount != 1:
                connection.execute(update(grants).where(known).values(revoked_at=_now()))
                return None
            row = connection.execute(select(grants).where(known)).one()
        return _grant(row) if row.code_expires_at > _now() else None

    # -- refresh tokens ----------------------------------------------------------------------

    def give_refresh_token(self, grant: Grant) -> str:
        token = ids.random_text()
        with writing(self._engine).begin() as connection:
            connection.execute(
                insert(refresh_tokens).values(
                    token_digest=digest(token), grant_id=grant.id, expires_at=grant.ends_at
                )
            )
        return token

    def take_refresh_token(self, token: str, client_id: str) -> Grant | None:
        """The grant of a refresh token, once. A second use revokes all of the grant: someone else
        holds a copy (RFC 9700 section 4.14.2)."""
        with writing(self._engine).begin() as connection:
            row = connection.execute(
                select(grants, refresh_tokens.c.expires_at)
                .join(refresh_tokens, refresh_tokens.c.grant_id == grants.c.id)
                .where(refresh_tokens.c.token_digest == digest(token))
            ).first()
            if row is None or row.revoked_at is not None or row.expires_at <= _now():
                return None
            taken = connection.execute(
                update(refresh_tokens)
                .where(refresh_tokens.c.token_digest == digest(token))
                .where(refresh_tokens.c.used_at.is_(None))
                .values(used_at=_now())
            )
            if taken.rowcount != 1 or row.client_id != client_id:
                connection.execute(
                    update(grants).where(grants.c.id == row.id).values(revoked_at=_now())
                )
                return None
        return _grant(row)

    def revoke(self, token: str, client_id: str) -> None:
        """A client gives its refresh token back (RFC 7009): the whole log-in ends, for every
        client, as with a log-out. A token that is unknown or another client's changes nothing."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(grants.c.cookie_digest)
                .join(refresh_tokens, refresh_tokens.c.grant_id == grants.c.id)
                .where(
                    refresh_tokens.c.token_digest == digest(token), grants.c.client_id == client_id
                )
            ).scalar()
        if found is not None:
            self.end_login(str(found))

    def ready(self) -> None:
        """Raises when the database does not answer."""
        with self._engine.connect() as connection:
            connection.execute(select(grants.c.id).limit(1))

    @staticmethod
    def _forget_old(connection: Connection) -> None:
        ended = _now() - LOGIN_SECONDS
        old = select(grants.c.id).where(grants.c.authenticated_at < ended)
        connection.execute(delete(refresh_tokens).where(refresh_tokens.c.grant_id.in_(old)))
        connection.execute(delete(grants).where(grants.c.authenticated_at < ended))


def _grant(row: object) -> Grant:
    return Grant(
        **{
            name: getattr(row, name)
            for name in (
                "id", "client_id", "subject", "redirect_uri", "scope", "nonce",
                "code_challenge", "authenticated_at",
            )
        },
        ends_at=row.authenticated_at + LOGIN_SECONDS,  # type: ignore[attr-defined]
    )  # fmt: skip
