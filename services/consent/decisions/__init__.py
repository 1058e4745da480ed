"""The decision interface (AuthZEN 1.0): questions in, recorded answers out."""
