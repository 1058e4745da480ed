"""Search over what one may see: filter first, then count; no query word is kept or logged."""
