"""Beanie documents and their indexes, with lookups by id."""
