"""Protection: keys, encryption at rest, match keys, protected addresses."""
