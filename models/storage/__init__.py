"""Storage plumbing: the connection, transactions, compare-and-set, leases and backoff."""
