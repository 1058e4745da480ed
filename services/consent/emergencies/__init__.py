"""Break-glass: access in acute danger, confirmed by a second person, ended by itself, reviewed."""
