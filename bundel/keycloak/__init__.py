"""Keycloak as the provider of a region: its realm, source systems and people as importable JSON."""
