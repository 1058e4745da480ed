"""The embedded default: every service in a process of its own, all behind one address."""
