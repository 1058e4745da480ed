"""Alembic environment of the identity service."""

from __future__ import annotations

from shared.migrations import run_migrations

run_migrations()
