"""The consent officer's work: record, renew, withdraw, confirm and read consents."""
