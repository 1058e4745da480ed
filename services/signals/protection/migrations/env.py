"""Alembic environment of the key database."""

from __future__ import annotations

from shared.migrations import run_migrations

run_migrations()
