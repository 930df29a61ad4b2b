"""Words: every response in every language, its values kept apart from its braces, its direction kept in order."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from messaging import segments, wording
from messaging.wording import AnswerIncomplete, Wording
from records.languages import CODES
from records.settings import HERE
from tests.makers import VALUES

WORDS = Wording(HERE / "flows", HERE / "locales")
KNOWN = set(yaml.safe_load((HERE / "flows" / "placeholders.yml").read_text())["placeholders"])
ALL_VALUES = VALUES | {"trust_name": "Northgate Hospital"}
# Longer than two segments in English for a reason: (response, why).
MAY_BE_LONGER: dict[str, str] = {}


@pytest.mark.parametrize("language", CODES)
def test_every_response_is_translated_with_the_same_placeholders(language):
    for name, english in WORDS.english.items():
        text = WORDS.text(name, language)
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english)), name
        if language != "en" and name.startswith("utter_"):
            assert text != english, f"{name} is not translated into {language}"


@pytest.mark.parametrize("language", CODES)
def test_every_number_that_saves_lives_survives_translation(language):
    for name, english in WORDS.english.items():
        for number in re.findall(
            r"\b(?:999|111(?:\.nhs\.uk)?|116 123|85258|55|18001|HUMAN|SAFE|START|STOP)\b", english
        ):
            assert number in WORDS.text(name, language), f"{name} in {language} lacks {number}"


@pytest.mark.parametrize("language", CODES)
def test_a_text_costs_two_segments_in_english_and_four_elsewhere(language):
    most = 2 if language == "en" else 4
    for name in WORDS.english:
        if name.startswith("utter_") and name not in MAY_BE_LONGER:
            rendered = WORDS.render(name, language, ALL_VALUES)
            assert rendered.segments <= most, (
                f"{name} in {language} is {rendered.segments} segments"
            )


def test_every_placeholder_is_defined():
    for name, text in WORDS.english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) <= KNOWN, name


def test_a_missing_value_is_named_and_never_sent_as_braces():
    with pytest.raises(AnswerIncomplete, match="travel_page"):
        WORDS.render("utter_travel_and_parking", "en", {})
    lacking = WORDS.missing_values(
        {k: v for k, v in ALL_VALUES.items() if k != "travel_page"}, "en"
    )
    assert lacking == {"utter_travel_and_parking": {"travel_page"}}


@given(st.text(max_size=60))
def test_a_value_is_never_looked_into(value):
    assert wording.fill("a {x} b", {"x": value}, "n") == f"a {value} b"


def test_choices_are_numbered_under_the_words():
    rendered = WORDS.render("utter_did_you_mean", "en", {}, ("One thing", "Another"))
    assert rendered.body.splitlines()[1:] == ["1. One thing", "2. Another"]


@pytest.mark.parametrize("language", ["ar", "ur"])
def test_phone_numbers_keep_their_order_in_a_right_to_left_text(language):
    body = WORDS.render("utter_talk_to_a_person", language, ALL_VALUES).body
    assert "\u200e020 7946 0101\u200e" in body


def test_curly_quotes_do_not_double_the_price():
    assert segments.count(segments.normalise("It’s free – " + "a" * 140)) == 1
