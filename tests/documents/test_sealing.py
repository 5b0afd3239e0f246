"""Sealing: what is sealed opens only with its key, as its document and its rendition."""

import hashlib
import secrets

import pytest
from cryptography.exceptions import InvalidTag

from chassis.ids import new_id
from services.documents.model import sealing
from services.documents.model.sealing import KeyMissing, MasterKeys

OLD = MasterKeys({"k1": secrets.token_bytes(32)})
BOTH = MasterKeys({**OLD.by_name, "k2": secrets.token_bytes(32)})
DOCUMENT = new_id()
PICTURE, OTHER = hashlib.sha256(b"picture").digest(), hashlib.sha256(b"other").digest()


def test_the_last_key_is_for_new_documents_and_the_older_stay_readable() -> None:
    key = sealing.new_key()
    wrapped = sealing.wrap(OLD, "k1", key, DOCUMENT)
    assert BOTH.newest == "k2"
    assert sealing.unwrap(BOTH, "k1", wrapped, DOCUMENT) == key
    assert key not in wrapped
    with pytest.raises(KeyMissing):
        sealing.unwrap(OLD, "k2", wrapped, DOCUMENT)


def test_a_key_is_bound_to_its_document_and_its_master_key() -> None:
    wrapped = sealing.wrap(BOTH, "k1", sealing.new_key(), DOCUMENT)
    for name, document in (("k1", new_id()), ("k2", DOCUMENT)):
        with pytest.raises(InvalidTag):
            sealing.unwrap(BOTH, name, wrapped, document)


def test_what_is_sealed_is_bound_to_its_document_and_its_rendition() -> None:
    key = sealing.new_key()
    sealed = sealing.seal(key, b"picture", DOCUMENT, "reading")
    assert sealing.unseal(key, sealed, DOCUMENT, "reading") == b"picture"
    damaged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for content, document, rendition, with_key in (
        (sealed, new_id(), "reading", key),
        (sealed, DOCUMENT, "screen", key),
        (sealed, DOCUMENT, "reading", sealing.new_key()),
        (damaged, DOCUMENT, "reading", key),
        (b"", DOCUMENT, "reading", key),
    ):
        with pytest.raises(InvalidTag):
            sealing.unseal(with_key, content, document, rendition)


def test_the_same_picture_is_sealed_differently_each_time() -> None:
    key = sealing.new_key()
    assert len({sealing.seal(key, b"picture", DOCUMENT, "reading") for _ in range(20)}) == 20


def test_a_fingerprint_depends_on_bytes_document_and_key_and_on_nothing_else() -> None:
    key = sealing.new_key()
    first = sealing.fingerprint(key, DOCUMENT, PICTURE)
    assert first == sealing.fingerprint(key, DOCUMENT, PICTURE)
    others = {
        sealing.fingerprint(key, DOCUMENT, OTHER),
        sealing.fingerprint(key, new_id(), PICTURE),
        sealing.fingerprint(sealing.new_key(), DOCUMENT, PICTURE),
    }
    assert len(others | {first}) == 4


def test_a_mark_depends_on_bytes_application_and_master_key_and_is_made_by_each() -> None:
    keys = MasterKeys({"k1": bytes(32), "k2": b"2" * 32})
    first = sealing.marks(keys, DOCUMENT, PICTURE)
    assert first == sealing.marks(keys, DOCUMENT, PICTURE)
    assert sealing.marks(MasterKeys({"k2": b"2" * 32}), DOCUMENT, PICTURE) == first[1:]
    assert len({*first, *sealing.marks(keys, new_id(), PICTURE), *sealing.marks(keys, DOCUMENT, OTHER), PICTURE}) == 7


def test_keys_are_not_shown_by_accident() -> None:
    assert repr(OLD) == "MasterKeys()"


def test_the_size_of_an_object_does_not_tell_which_picture_it_is() -> None:
    key = sealing.new_key()
    sealed = [sealing.seal(key, b"\xff" * 300_000, DOCUMENT, "reading") for _ in range(200)]
    sizes = {len(each) - 12 - 16 for each in sealed}
    # By chance one of several sizes; each is a common one, and none is a quarter larger than the picture.
    assert len(sizes) >= 4
    assert all(size == sealing.padme(size) and 300_000 < size < 375_000 for size in sizes)
    assert {sealing.unseal(key, each, DOCUMENT, "reading") for each in sealed} == {b"\xff" * 300_000}


def test_what_was_sealed_before_sizes_were_padded_stays_readable() -> None:
    key = sealing.new_key()
    for plain in (b"", b"picture"):
        sealed = sealing._encrypt(key, plain, sealing._about(DOCUMENT, "screen"))
        assert sealing.unseal(key, sealed, DOCUMENT, "screen") == plain


@pytest.mark.parametrize(("length", "padded"), [(1, 1), (9, 10), (1000, 1024), (300_000, 303_104), (303_104, 303_104)])
def test_padded_sizes_have_few_significant_bits(length: int, padded: int) -> None:
    assert sealing.padme(length) == padded
