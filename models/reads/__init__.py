"""Queries that serve lists, live feeds and reports."""
