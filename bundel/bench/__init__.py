"""Figures as ratios: Bundel and a bare peer measured in turns, in one run, on one machine."""
