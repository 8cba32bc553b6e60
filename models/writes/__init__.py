"""State changes, each a compare-and-set or one transaction."""
