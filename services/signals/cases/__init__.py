"""Cases: what is done about one household under one legal context, by exactly one coordinator."""
