"""Patterns over words, and the identification of languages, for checks of text that a model wrote."""
