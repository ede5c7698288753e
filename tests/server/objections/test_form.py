"""What the form takes, and what it refuses: everything that comes in is hostile until it was checked."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from byleave.finding.identifiers import MOST_CHARACTERS as MOST_OF_ONE
from byleave.finding.identifiers import Keys, identify
from byleave.server.objections.form import FIELDS, FOUND_BY, MOST_CHARACTERS, MOST_LINES, Asked, blank, read
from byleave.server.objections.links import has_other_scheme, is_link, is_shared, item_of
from tests.server.hostile import HOSTILE

LINKS = ("https://social.example/posts/{item}",)
WHOLE = {
    "account": "no",
    "about": "everything",
    "names": "Ana Lima",
    "address": "ana@example.com",
    "country": "PT",
    "language": "fr",
}


def asked(**told: str) -> Asked:
    """The form filled in, but for what is told."""
    return read({**WHOLE, **told}, "en", LINKS, signed_in=False)


def wrong(**told: str) -> dict[str, str]:
    """Field → name of what is wrong with it."""
    return {field: one.name for field, one in asked(**told).errors.items()}


def test_a_whole_form_needs_no_reason() -> None:
    """M11: a reason is never asked for, nor a document; everything means every purpose."""
    found = asked()

    assert not found.errors
    given_ = found.given(None)
    assert (given_.purpose, given_.country, given_.language) == (None, "PT", "fr")
    assert given_.identifiers == (("name", "Ana Lima"), ("email", "ana@example.com"))
    assert asked(about="other-ai").given(None).purpose == "other-ai"


def test_a_member_need_give_nothing_to_be_found_by() -> None:
    """M11: who has signed in is found by their account."""
    found = read({"about": "generative-ai"}, "de", LINKS, signed_in=True)

    assert not found.errors
    assert found.given("ana").member == "ana"
    assert found.given("ana").language == "de"


@pytest.mark.parametrize(
    ("told", "field", "name"),
    [
        ({"account": ""}, "account", "object-wrong-account"),
        ({"about": "shoes"}, "about", "object-wrong-about"),
        ({"country": "XX"}, "country", "object-wrong-country"),
        ({"language": "xx"}, "language", "object-wrong-language"),
        ({"address": ""}, "address", "object-wrong-address-none"),
        ({"address": "ana@example"}, "address", "object-wrong-email"),
        ({"address": "ana@exa mple.com"}, "address", "object-wrong-email"),
        ({"address": "ana@example.com\nBcc: b@example.com"}, "address", "object-wrong-email"),
        ({"address": "Ana <ana@example.com>"}, "address", "object-wrong-email"),
        ({"address": f"{'a' * 250}@example.com"}, "address", "object-wrong-email"),
        ({"names": "Ana"}, "names", "object-wrong-name"),
        ({"names": "Ana Lima\n=HYPERLINK(A1) Lima"}, "names", "object-wrong-name-signs"),
        ({"names": "+Ana Lima"}, "names", "object-wrong-name-signs"),
        ({"names": "<b>Ana</b> Lima"}, "names", "object-wrong-name-signs"),
        ({"names": "Ana " * 9}, "names", "object-wrong-name-long"),
        ({"names": "Ana\x00 Lima"}, "names", "object-wrong-control"),
        ({"names": "Ana\x9b Lima"}, "names", "object-wrong-control"),
        ({"names": "A" * (MOST_CHARACTERS + 1)}, "names", "object-wrong-long"),
        ({"names": "Ana Lima\n" * (MOST_LINES + 1)}, "names", "object-wrong-lines"),
        ({"emails": "ana at example.com"}, "emails", "object-wrong-email"),
        ({"phones": "12"}, "phones", "object-wrong-phone"),
        ({"profiles": "javascript:alert(1)//example.com/x"}, "profiles", "object-wrong-scheme"),
        ({"profiles": " java script:alert(1)"}, "profiles", "object-wrong-scheme"),
        ({"profiles": "data:text/html,x"}, "profiles", "object-wrong-scheme"),
        ({"profiles": "ftp://example.com/ana"}, "profiles", "object-wrong-scheme"),
        ({"profiles": "https://www.linkedin.com"}, "profiles", "object-wrong-shared"),
        ({"profiles": "linkedin.com/in/"}, "profiles", "object-wrong-shared"),
        ({"profiles": "nothing"}, "profiles", "object-wrong-profile"),
        ({"profiles": "@"}, "profiles", "object-wrong-handle"),
        ({"posts": "too short"}, "posts", "object-wrong-quote"),
        ({"posts": "javascript:alert(document.cookie)"}, "posts", "object-wrong-scheme"),
        ({"posts": "https://github.com/"}, "posts", "object-wrong-shared"),
        ({"reason": "a" * 2_001}, "reason", "object-wrong-long"),
    ],
)
def test_what_cannot_be_used_is_told_beside_its_field(told: dict[str, str], field: str, name: str) -> None:
    """M11: each mistake names its field and what to do, and what was typed is still there."""
    found = asked(**told)

    assert {one: error.name for one, error in found.errors.items()} == {field: name}
    if name not in {"object-wrong-control", "object-wrong-long"}:
        assert found.values[field] == told[field].strip()


def test_nothing_to_be_found_by_is_told_once() -> None:
    """Somebody without a sign-in gives at least one thing; the address for the answer is one."""
    assert wrong(names="", address="") == {"names": "object-wrong-nothing", "address": "object-wrong-address-none"}
    assert wrong(names="") == {}
    assert (
        "object-wrong-many"
        in wrong(
            names="\n".join(f"Ana Lima {n}" for n in range(25)),
            emails="\n".join(f"a.+{n}@example.com" for n in range(25)),
            phones="\n".join(f"+49 30 1234{n}" for n in range(10, 35)),
        ).values()
    )


def test_lines_are_read_as_what_they_are() -> None:
    """A handle, a profile, a link to a post of the platform, a link elsewhere, and a quote."""
    found = asked(
        names="",
        address="ana@example.com",
        profiles="@ana_lima\nhttps://me.example/ana",
        posts="https://www.social.example/posts/p-1?utm=x\nhttps://news.example/a/b\n  we met Ana in Porto today ",
    )

    assert found.identifiers == (
        ("handle", "@ana_lima"),
        ("url", "https://me.example/ana"),
        ("item", "p-1"),
        ("url", "https://news.example/a/b"),
        ("quote", "we met Ana in Porto today"),
        ("email", "ana@example.com"),
    )


def test_signs_that_nobody_sees_go_and_look_alikes_are_told() -> None:
    """What turns a text around is dropped; a word of two scripts is read as it looks, and that is said."""
    found = asked(names="\u202eAna\u202c \u200bLima\n\u0410na Souza")

    assert found.values["names"] == "Ana Lima\n\u0410na Souza"
    (note,) = found.notes
    assert (note.name, note.values["read"]) == ("object-note-mixed", "ana")
    assert not asked(names="\u0410\u043d\u043d\u0430 \u041b\u0438\u043c\u0430").notes


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_refused_or_stay_text(text: str) -> None:
    """In any field nothing breaks; what is taken is a quote, in words, and no link with another scheme."""
    for field in FIELDS:
        found = asked(**{field: text})
        assert all(kind in {"name", "quote", "email", "url"} for kind, _ in found.identifiers)
        assert not any(kind == "url" and "script:" in words for kind, words in found.identifiers)


@given(st.dictionaries(st.sampled_from([*FIELDS, "other"]), st.text(max_size=200)), st.booleans())
def test_anything_is_read_without_an_error(told: dict[str, str], signed_in: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever is sent is either usable or told; the values shown again hold nothing that cannot be printed."""
    found = read(told, "en", LINKS, signed_in=signed_in)

    assert set(found.values) == set(FIELDS)
    assert found.errors.keys() <= set(FIELDS)
    assert not any("\x00" in text or "\u202e" in text for text in found.values.values())
    assert all(len(words) <= MOST_OF_ONE for _, words in found.identifiers)


def test_equal_answers_have_one_digest() -> None:
    """The digest goes with every answer, so that no other form passes for the one that was sent."""
    assert asked().digest == asked().digest
    for field, text in {"names": "Ana Souza", "country": "ES", "about": "other-ai", "reason": "so"}.items():
        assert asked(**{field: text}).digest != asked().digest
    assert set(blank("de").values) == set(FIELDS)
    assert set(FOUND_BY) < set(FIELDS)


def test_links() -> None:
    """Which items they lead to, and which lead to everybody."""
    pattern = ("https://www.linkedin.com/feed/update/{item}/",)
    assert item_of("http://linkedin.com/feed/update/urn%3Ali%3A7?x=1#y", pattern) == "urn:li:7"
    assert item_of("https://linkedin.com/feed/update/", pattern) is None
    assert item_of("https://evil.example/feed/update/7", pattern) is None
    assert is_link("example.com/a/b")
    assert not is_link("we met: today")
    assert not has_other_scheme("example.com:8080/ana")
    assert has_other_scheme("vbscript:x")
    assert is_shared("https://de.linkedin.com/in")
    assert not is_shared("https://ana-lima.example")
    assert not is_shared("https://de.linkedin.com/in/ana")


_NAMES = st.text("aZ9.+-_'*", min_size=1, max_size=8)
_LABELS = st.one_of(st.text("aZ9-_é", max_size=8), st.sampled_from(["a" * 63, "a" * 64, "xn--", "xn--zz", "-", "com"]))
NEARLY = st.builds("{}@{}".format, _NAMES, st.lists(_LABELS, min_size=1, max_size=4).map(".".join))
"""What looks like an address, and may be none."""


@given(NEARLY, NEARLY)
@example("a@exa_mple.com", "a@example.com")
@example("a@-.com", "a@example.com")
@example(f"a@{'a' * 64}.com", "a@example.com")
def test_what_is_nearly_an_address_is_read_or_told(address: str, other: str) -> None:
    """M11: what passes for an address is one that somebody is found by, and nothing else breaks the form."""
    found = asked(address=address, emails=other)

    assert found.errors.keys() <= {"address", "emails"}
    if not found.errors:
        assert found.identifiers[-2:] == (("email", other), ("email", address)) or address == other
        assert all(identify("email", one, Keys(b"key"), None) for one in (address, other))
