"""PostgreSQL: the rights of the log's owner and of its service, as SQL for an administrator.

The owner cannot log in; migrations run as it (`options=-crole=...` in the URL). The service may
only SELECT and INSERT; tiles grow by a function of the owner, under the same triggers.
"""

from __future__ import annotations

import re

from services.audit.tables import entries

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_OWN_FUNCTIONS = (  # all in the schema but those of extensions
    "SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace "
    "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
)


def roles_sql(owner: str, service: str) -> str:
    """Statements to run once in the log's database, after its migrations; harmless when repeated.

    Raises ValueError for a name that is no plain role name.
    """
    for name in (owner, service):
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is not a plain role name (a-z, 0-9, _)")
    tables = sorted(entries.metadata.tables)
    lines = [
        _make(owner, "NOLOGIN"),
        _make(service, "LOGIN"),
        f"ALTER ROLE {owner} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;",
        f"ALTER ROLE {service} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {owner};",
        f"GRANT USAGE ON SCHEMA public TO {service};",
        *(f"ALTER TABLE {table} OWNER TO {owner};" for table in (*tables, "alembic_version")),
        f"DO $$ DECLARE f regprocedure; BEGIN FOR f IN {_OWN_FUNCTIONS} LOOP "
        f"EXECUTE format('ALTER FUNCTION %s OWNER TO {owner}', f); END LOOP; END $$;",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {service};",
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, {service};",
        *(f"GRANT SELECT, INSERT ON {table} TO {service};" for table in tables),
        f"GRANT SELECT ON alembic_version TO {service};",
        f"GRANT EXECUTE ON FUNCTION grow_tile(integer, bigint, bytea) TO {service};",
        "-- What later migrations make:",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
        f"GRANT SELECT, INSERT ON TABLES TO {service};",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE ALL ON FUNCTIONS FROM PUBLIC;",
    ]
    return "\n".join(lines) + "\n"


def _make(role: str, how: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
        f"THEN CREATE ROLE {role} {how}; END IF; END $$;"
    )
