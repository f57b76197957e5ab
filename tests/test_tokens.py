"""Tokens: what one is, and that no other place keeps it."""

import pytest

from feedsvc.errors import BadValue
from feedsvc.tokens import convert_access, digest_token, hide_token, part_token

TOKEN = "0123456789-_abcXYZ"


def test_subscribers_are_known_by_the_digests_of_their_tokens() -> None:
    other = "z" * 16
    expected = {digest_token(TOKEN): "alice", digest_token(other): "bob"}
    assert convert_access({"alice": TOKEN, "bob": other}) == expected
    assert convert_access(f"alice={TOKEN}\n bob={other} ") == expected
    assert convert_access({}) == convert_access("") == {}
    assert len(digest_token(TOKEN)) == 64


@pytest.mark.parametrize("token", ["short", "x" * 129, "ümläut-0123456789", "a/b" * 8, 7, "", None])
def test_what_is_no_token_is_refused_and_not_told(token: object) -> None:
    with pytest.raises(BadValue, match="that of 'alice'") as caught:
        convert_access({"alice": token})
    assert not token or str(token) not in str(caught.value).replace("16 to 128", "")


@pytest.mark.parametrize("value", [7, [TOKEN], None])
def test_what_is_no_table_is_refused(value: object) -> None:
    with pytest.raises(BadValue, match="not a table of tokens"):
        convert_access(value)


def test_two_subscribers_cant_have_one_token() -> None:
    with pytest.raises(BadValue, match="one token for two: 'alice' and 'bob'") as caught:
        convert_access({"alice": TOKEN, "bob": TOKEN})
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "token", "rest"),
    [
        (f"/{TOKEN}/atom.xml", TOKEN, "/atom.xml"),
        (f"/{TOKEN}/", TOKEN, "/"),
        (f"/{TOKEN}/a/b\nc", TOKEN, "/a/b\nc"),
        (f"/{TOKEN}", "", f"/{TOKEN}"),
        (f"/{TOKEN}%2F/atom.xml", "", f"/{TOKEN}%2F/atom.xml"),
        ("/atom.xml", "", "/atom.xml"),
        ("/category/a/", "", "/category/a/"),
        ("", "", ""),
    ],
)
def test_path_is_parted_from_the_token_that_it_begins_with(
    path: str, token: str, rest: str
) -> None:
    assert part_token(path) == (token, rest)


def test_token_is_hidden_where_a_path_is_told() -> None:
    assert hide_token(f"/{TOKEN}/atom.xml") == "/-/atom.xml"
    assert hide_token(f"/{TOKEN}") == "/-/"
    assert hide_token("/atom.xml") == "/atom.xml"
    assert hide_token("/category/boats/atom.xml") == "/category/boats/atom.xml"
