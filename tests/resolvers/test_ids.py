import pytest
from bson import ObjectId

from errors import NotFound
from resolvers.ids import IdKind, decode_id, encode_id, parse_id


@pytest.mark.parametrize("kind", IdKind)
def test_id_decodes_to_the_kind_and_object_that_it_names(kind: IdKind) -> None:
    object_id = ObjectId()
    text = encode_id(kind, object_id)
    assert text.startswith(f"{kind.value}_")
    assert parse_id(text) == (kind, object_id)
    assert decode_id(kind, text) == object_id


@pytest.mark.parametrize(
    "text", ["", "int_", "int_1", "6" * 24, f"xxx_{'6' * 24}", f"int_{'A' * 24}", f"int_{'6' * 24}\n", "int_\udcff"]
)
def test_malformed_id_is_not_found(text: str) -> None:
    assert parse_id(text) is None
    with pytest.raises(NotFound, match="check the id"):
        decode_id(IdKind.INTERVIEW, text)


def test_id_of_another_kind_is_not_found() -> None:
    with pytest.raises(NotFound, match="no such evaluation"):
        decode_id(IdKind.EVALUATION, encode_id(IdKind.INTERVIEW, ObjectId()))
