"""How pages speak: the catalogue in the language of the request, with values that cannot become markup.

Every sentence stands in the catalogue under a name; a page that asks for a name which is not there breaks in the tests,
since a template cannot be checked before it is used.
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils.html import conditional_escape, format_html
from django.utils.module_loading import import_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, override

from byleave.text.catalogue import Catalogue, language_of
from byleave.text.centre import CENTRE
from byleave.text.countries import country_name
from byleave.text.dates import date_text, instant_text
from byleave.text.desk import DESK
from byleave.text.notices import NOTICES
from byleave.text.objections import OBJECTIONS
from byleave.text.pages import PAGES
from byleave.text.platform import PLATFORM
from byleave.text.talent import TALENT

MESSAGES: dict[str, str] = {**PAGES, **CENTRE, **PLATFORM, **NOTICES, **DESK, **OBJECTIONS, **TALENT}
"""Every message that a template may name."""


def catalogue() -> Catalogue:
    """The messages in the language of the request that is answered."""
    kind = import_string(getattr(settings, "PAGES_CATALOGUE", "byleave.text.catalogue.Catalogue"))
    made: Catalogue = kind(language_of(get_language()))
    return made


def say(name: str, /, **values: object) -> str:
    """A message by its name as safe HTML; values are escaped unless they are markup of ours."""
    return phrase(MESSAGES[name], **values)


def phrase(message: str, /, **values: object) -> str:
    """A message of any table of the catalogue as safe HTML."""
    template = conditional_escape(catalogue().say(message, **{name: f"{{{name}}}" for name in values}))
    told = {name: conditional_escape(_shown(value)) for name, value in values.items()}
    return safe(template.format(**told))


def plainly(name: str, /, **values: object) -> str:
    """A message by its name as plain text, for an e-mail."""
    return plain_phrase(MESSAGES[name], **values)


def plainly_in(language: str, name: str, /, **values: object) -> str:
    """The same in another language than that of the request."""
    with override(language):
        return plainly(name, **values)


def plain_phrase(message: str, /, **values: object) -> str:
    """A message of any table of the catalogue as plain text."""
    told = catalogue()
    return told.say(message, **{name: _written(told, value) for name, value in values.items()})


def _written(told: Catalogue, value: object) -> str:
    return date_text(told, value) if isinstance(value, date) else str(value)


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return day(value)
    return moment(value) if isinstance(value, date) else value


def country(code: str) -> str:
    """What a country is called in the language of the request."""
    return country_name(catalogue().language, code)


def moment(value: date | datetime) -> str:
    """A date or an instant in words, to the minute, with what machines read."""
    told = catalogue()
    if not isinstance(value, datetime):
        return markup('<time datetime="{}">{}</time>', value.isoformat(), date_text(told, value))
    text = instant_text(told, value.replace(second=0, microsecond=0))
    return markup('<time datetime="{}" title="{}">{}</time>', value.isoformat(), instant_text(told, value), text)


def day(value: datetime) -> str:
    """The day of an instant in words, with the whole instant for machines and on hovering."""
    told = catalogue()
    return markup(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        instant_text(told, value),
        date_text(told, value),
    )


def markup(template: str, *values: object) -> str:
    """HTML with its values escaped, unless they are markup of ours."""
    made: str = format_html(template, *values)
    return made


def safe(text: str) -> str:
    """Text that is HTML of ours: every value in it was escaped when it was put in."""
    made: str = mark_safe(text)  # noqa: S308 - see the docstring
    return made
