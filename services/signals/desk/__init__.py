"""The desk: judging who is who, undoing it, mending what was not understood, redacting."""
