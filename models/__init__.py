"""MongoDB: documents, the storage they share, state changes and reads."""
