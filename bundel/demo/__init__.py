"""The demonstration: synthetic people, the ten stories, and how they reach Bundel.

Everything is pushed through the public API. Nobody in here exists; every rate is in `rates`.
"""
