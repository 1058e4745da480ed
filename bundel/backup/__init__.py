"""Backups of the service databases, and of the keys database apart from them; putting them back."""
