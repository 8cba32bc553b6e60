"""Languages as BCP 47 tags."""


def primary_language(tag: str) -> str:
    """The language itself, without region or script."""
    return tag.split("-", maxsplit=1)[0].lower()
