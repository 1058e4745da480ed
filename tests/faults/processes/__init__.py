"""Faults in real processes: killed, slow, lying, started in any order, attacked."""
