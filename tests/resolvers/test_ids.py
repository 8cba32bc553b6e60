import pytest
from bson import ObjectId

from errors import NotFound
from resolvers.ids import Kind, decode, encode, parse


@pytest.mark.parametrize("kind", Kind)
def test_an_id_comes_back_as_what_it_names(kind: Kind) -> None:
    object_id = ObjectId()
    text = encode(kind, object_id)
    assert text.startswith(f"{kind.value}_")
    assert parse(text) == (kind, object_id)
    assert decode(kind, text) == object_id


@pytest.mark.parametrize(
    "text", ["", "int_", "int_1", "6" * 24, f"xxx_{'6' * 24}", f"int_{'A' * 24}", f"int_{'6' * 24}\n", "int_\udcff"]
)
def test_what_is_no_id_names_nothing(text: str) -> None:
    assert parse(text) is None
    with pytest.raises(NotFound, match="check the id"):
        decode(Kind.INTERVIEW, text)


def test_an_id_of_another_kind_is_not_found() -> None:
    with pytest.raises(NotFound, match="no such evaluation"):
        decode(Kind.EVALUATION, encode(Kind.INTERVIEW, ObjectId()))
