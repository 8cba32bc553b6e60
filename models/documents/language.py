"""Languages as BCP 47 tags."""


def primary_language(tag: str) -> str:
    """Return the primary language subtag, without script or region."""
    return tag.split("-", maxsplit=1)[0].lower()
