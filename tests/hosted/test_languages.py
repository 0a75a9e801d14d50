"""The hosted pages' words: the same in each language, and the reader's own first."""

import re

import pytest

from ciam.hosted import languages
from otp.delivery.messages import LANGUAGES
from tests.factories import make_application
from tests.hosted.readers import get, read

PLACEHOLDER = re.compile(r"\{[^}]*\}")
ENGLISH = languages.words("en")
OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_the_languages_of_messages(language) -> None:
    page = get(make_application(), ui_locales=language)

    assert page["Content-Language"].partition("-")[0] == language


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_there_in_every_language(language) -> None:
    words = languages.words(language)

    assert list(words) == list(ENGLISH)
    assert {name: sorted(PLACEHOLDER.findall(text)) for name, text in words.items()} == {
        name: sorted(PLACEHOLDER.findall(text)) for name, text in ENGLISH.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty_or_has_spaces_around_it(language) -> None:
    assert [name for name, text in languages.words(language).items() if text.strip() != text or not text] == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language) -> None:
    words = languages.words(language)

    assert [name for name, text in words.items() if text == ENGLISH[name]] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ui_locales", "accepted", "lang"),
    [
        ("", "", "en"),
        ("", "tr-TR,tr;q=0.9,en;q=0.8", "tr"),
        ("", "zh-Hant-HK", "zh-Hans"),
        ("", "zh;q=0.2,tr;q=0.9,en;q=0.5", "tr"),
        ("", "zh;q=0", "en"),
        ("zh-CN", "tr", "zh-Hans"),
        ("fr-CA tr en", "zh", "tr"),
        ("de", "tr", "tr"),
        (" ", "en;q=0.5,tr", "tr"),
        ("EN", "tr", "en"),
        ("<script>", "xx", "en"),
    ],
)
def test_the_link_decides_and_then_the_browser(ui_locales, accepted, lang) -> None:
    answer = get(make_application(), ui_locales=ui_locales, headers={"accept-language": accepted})

    assert f'<html lang="{lang}">' in answer.content.decode()
    assert answer["Content-Language"] == lang
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.django_db
def test_the_page_leads_to_itself_in_the_other_languages() -> None:
    application = make_application()

    page = read(application, ui_locales="tr")

    links = {link.text: link.attributes for link in page.all("a")}
    assert {text: link["lang"] for text, link in links.items()} == {"English": "en", "简体中文": "zh-Hans"}
    assert links["English"]["href"] == f"/signup?client_id={application.client_id}&ui_locales=en"
    assert [one.text for one in page.all("span", aria_current="true")] == ["Türkçe"]
