"""Delivery: the outbox, written with what it tells in one transaction, sent until it lands."""
