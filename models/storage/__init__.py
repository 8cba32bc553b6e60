"""Storage plumbing that knows no documents: transactions, compare-and-set, leases and backoff."""
