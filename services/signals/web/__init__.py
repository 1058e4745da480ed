"""Pages for coordinator and desk, drawn on the server; the last room a signal passes."""
