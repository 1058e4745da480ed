"""Consents of the persons concerned: who may give them, what they cover, their history."""
