"""Authentication: who calls, and what a route demands of a caller."""

from shared.authentication.access import Access, access, current_actor, declared_access, public
from shared.authentication.actor import Actor

__all__ = ["Access", "Actor", "access", "current_actor", "declared_access", "public"]
