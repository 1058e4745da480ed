"""Whose signals belong together: mentions to persons, ties between them, households of ties."""
