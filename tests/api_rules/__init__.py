"""The NL API Design Rules 2.2 (Logius), checked with Spectral, and the API's own description."""
