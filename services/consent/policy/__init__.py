"""The policy: Cedar text, its compiled form, and the engine that answers from it.

Plain Python: no Flask, no database. `load_bundle()` reads the rules, `Engine` answers.
"""
