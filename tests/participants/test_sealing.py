"""Numbers kept sealed: what opens, what does not, what can be compared, and what counts as missing."""

import base64
import secrets

import polars as pl
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app.participants.sealing import MISUSED, KeyRing, NoSuchKey, UnfitRing, possible

OLD = KeyRing({"old": secrets.token_bytes(32)})
ROTATED = KeyRing({"new": secrets.token_bytes(32), **OLD._keys})
OTHER = KeyRing({"old": secrets.token_bytes(32)})
STATES = st.sampled_from(["us-ny", "us-nj", "us-pr"])
_DIGITS = st.tuples(st.integers(1, 899), st.integers(1, 99), st.integers(1, 9999))
NUMBERS = _DIGITS.map(lambda parts: "{:03}{:02}{:04}".format(*parts)).filter(lambda number: possible(number) == number)


@given(NUMBERS, STATES, st.sampled_from([OLD, ROTATED]))
def test_what_was_sealed_opens(number: str, state: str, ring: KeyRing) -> None:
    assert ring.open(ring.seal(number, state=state).sealed, state=state) == number


@given(NUMBERS, STATES)
def test_no_number_is_in_what_is_kept(number: str, state: str) -> None:
    kept = OLD.seal(number, state=state)
    for held in (kept.sealed, kept.token):
        for form in (number.encode(), base64.b64encode(number.encode()), int(number).to_bytes(4), number.encode()[::-1]):
            assert form not in held
    assert number not in repr(kept)


@given(NUMBERS, NUMBERS, STATES)
def test_tokens_are_equal_if_and_only_if_numbers_are(one: str, other: str, state: str) -> None:
    assert (OLD.token(one, state=state) == OLD.token(other, state=state)) is (one == other)
    assert OLD.token(one, state=state) == ROTATED.token(one, state=state)  # a key that comes in front changes no token
    assert OLD.token(one, state=state) != OTHER.token(one, state=state)


@given(NUMBERS, STATES, STATES)
def test_states_cannot_compare(number: str, one: str, other: str) -> None:
    assert (OLD.token(number, state=one) == OLD.token(number, state=other)) is (one == other)


@given(NUMBERS, STATES)
def test_a_rotated_ring_opens_what_was_sealed_before(number: str, state: str) -> None:
    before = OLD.seal(number, state=state).sealed
    assert ROTATED.open(before, state=state) == number
    with pytest.raises(NoSuchKey):
        OLD.open(ROTATED.seal(number, state=state).sealed, state=state)


@pytest.mark.parametrize("written", ["\ud800", "735-12-\udc004680", "735-12-4680\0"])
def test_half_a_character_is_no_number(written: str) -> None:
    assert possible(written) is None


@given(NUMBERS)
def test_sealed_twice_it_looks_different(number: str) -> None:
    assert OLD.seal(number, state="us-ny").sealed != OLD.seal(number, state="us-ny").sealed


@given(NUMBERS, st.data())
def test_what_was_changed_or_belongs_to_another_state_does_not_open(number: str, data: st.DataObject) -> None:
    sealed = bytearray(OLD.seal(number, state="us-ny").sealed)
    with pytest.raises(InvalidTag):
        OLD.open(bytes(sealed), state="us-nj")
    at = data.draw(st.integers(4, len(sealed) - 1))  # behind the key's name
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InvalidTag):
        OLD.open(bytes(sealed), state="us-ny")
    with pytest.raises(InvalidTag):
        OTHER.open(OLD.seal(number, state="us-ny").sealed, state="us-ny")


@pytest.mark.parametrize("scrap", [b"", b"\x03old", b"\x03old" + bytes(11), b"\x03old" + bytes(12)])
def test_a_scrap_does_not_open(scrap: bytes) -> None:
    with pytest.raises((NoSuchKey, InvalidTag)):
        OLD.open(scrap, state="us-ny")


@given(st.lists(st.one_of(st.none(), NUMBERS, st.text(max_size=12))), STATES)
def test_many_are_sealed_like_one(written: list[str | None], state: str) -> None:
    frame = ROTATED.seal_all(pl.Series(written, dtype=pl.String), state=state)
    assert frame.columns == ["ssn_sealed", "ssn_token"]
    for told, sealed, token in zip(written, frame["ssn_sealed"], frame["ssn_token"], strict=True):
        number = possible(told)
        if number is None:
            assert (sealed, token) == (None, None)
        else:
            assert ROTATED.open(bytes.fromhex(sealed.removeprefix("\\x")), state=state) == number
            assert bytes.fromhex(token.removeprefix("\\x")) == ROTATED.token(number, state=state)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("735-12-4680", "735124680"),
        (" 735 12 4680 ", "735124680"),
        ("735124680", "735124680"),
        ("001-01-0001", "001010001"),
        ("899-99-9998", "899999998"),
        (None, None),
        ("", None),
        ("735-12-468", None),  # eight digits
        ("735-12-46801", None),
        ("73512-4680", "735124680"),
        ("735/12/4680", None),
        ("٧٣٥124680", None),  # digits of another script
        ("000-12-4680", None),  # area 000
        ("666-12-4680", None),  # area 666
        ("900-12-4680", None),  # areas 900 to 999: taxpayer numbers of another kind
        ("999-12-4680", None),
        ("735-00-4680", None),  # group 00
        ("735-12-0000", None),  # serial 0000
        ("111-11-1111", None),  # fillers
        ("123-45-6789", None),
        ("012-34-5678", None),
        ("876-54-3210", None),
        *((number, None) for number in sorted(MISUSED)),
    ],
)
def test_numbers_that_cannot_exist_count_as_missing(written: str | None, number: str | None) -> None:
    assert possible(written) == number
    kept = OLD.sealed(written, state="us-ny")
    assert (kept is None) is (number is None)


@given(st.text(max_size=14))
def test_what_is_possible_is_nine_digits(written: str) -> None:
    number = possible(written)
    assert number is None or (len(number) == 9 and number.isascii() and number.isdigit() and possible(number) == number)


KEY = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "not written as name:base64"),
        (KEY, "not written as name:base64"),
        (f"k1:{KEY},k1:{KEY}", "Two keys of the ring are called 'k1'"),
        ("k1:not base64", "'k1' is not in base64"),
        ("k1:" + base64.b64encode(bytes(16)).decode(), "'k1' has 16 bytes instead of 32"),
        (f"K 1:{KEY}", "lower-case"),
    ],
)
def test_an_unfit_ring_says_why_and_shows_no_key(written: str, told: str) -> None:
    with pytest.raises(UnfitRing, match=told) as refused:
        KeyRing.parse(written)
    assert KEY not in str(refused.value)


def test_the_current_key_comes_first() -> None:
    ring = KeyRing.parse(f"k2:{base64.b64encode(secrets.token_bytes(32)).decode()}, k1:{KEY}")
    assert ring.current == "k2"
    assert ring.seal("735124680", state="us-ny").sealed.startswith(b"\x02k2")
    assert KEY not in repr(ring)
    with pytest.raises(UnfitRing, match="no key"):
        KeyRing({})
