"""Intake: accept, check and keep what source systems tell.

Door for other rooms: `reading` (load and open), `records` (values), `queue` (what waits for
linking).
"""
