"""The tags of the pages: sentences, instants, names, pictures, and components around what stands between two tags."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language_bidi

from byleave.server.ui import voice

if TYPE_CHECKING:
    from datetime import date, datetime


register = template.Library()

HUES = 6
"""As many colours as `centre.css` has for avatars."""


@register.simple_tag
def say(code: str, **values: object) -> str:
    """A sentence of the catalogue: `{% say "settings" %}`, `{% say "setting-who-may" recipient=title %}`."""
    return voice.say(code, **values)


@register.simple_tag
def moment(value: date | datetime) -> str:
    """An instant in words: `{% moment act.at %}`."""
    return voice.moment(value)


@register.simple_tag
def day(value: datetime) -> str:
    """The day of an instant in words: `{% day post.created_at %}`."""
    return voice.day(value)


@register.filter
def isolated(value: object) -> str:
    """A name or an id that keeps its own direction inside a sentence: `name|isolated`."""
    return voice.markup("<bdi>{}</bdi>", value)


@register.simple_tag
def direction() -> str:
    """`rtl` or `ltr`, by the language of the request."""
    return "rtl" if get_language_bidi() else "ltr"


@register.simple_tag
def spoken() -> str:
    """The language in which the page is written, for `lang`."""
    return voice.catalogue().language


@register.simple_tag
def icon(name: str) -> str:
    """A picture beside words that say the same; the pictures are in `static/ui/icons.svg`."""
    return voice.markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("ui/icons.svg"), name)


@register.simple_tag
def qr(drawing: str) -> str:
    """A code for a camera, from the SVG file that allauth draws; it is part of the page, since no data address is."""
    inner = drawing[drawing.index("<svg") + len("<svg") :]
    return voice.safe(f'<svg aria-hidden="true"{inner}')


@register.simple_tag
def avatar(name: str, key: str, size: str = "") -> str:
    """Somebody's initials in a colour that stays theirs; `key` is the member id, `size` may be `large`."""
    hue = hashlib.sha256(key.encode()).digest()[0] % HUES
    initials = "".join(word[0] for word in name.split()[:2]).upper() or "?"
    return voice.markup('<span class="avatar hue{} {}" aria-hidden="true">{}</span>', hue, size, initials)


@register.simple_tag
def place(name: str, *arguments: object) -> str:
    """The address of a page by its name; blank where the platform has no such page: `{% place "objection" as to %}`."""
    try:
        return str(reverse(name, args=arguments))
    except NoReverseMatch:
        return ""


@register.simple_tag
def platform() -> str:
    """What the platform is called."""
    return str(settings.PLATFORM_NAME)


@register.simple_block_tag
def row(content: str, label: str, href: str = "", act: str = "") -> str:
    """One line of a summary list, with a link at its end where `act` names one."""
    link = (
        voice.markup('<a class="act" href="{}">{}<span class="hidden"> {}</span></a>', href, act, label) if act else ""
    )
    return voice.markup("<div><dt>{}</dt><dd>{}</dd>{}</div>", label, voice.safe(content), link)


@register.simple_block_tag
def why(content: str, title: str) -> str:
    """A panel that opens where somebody wants to know more; it works without JavaScript."""
    return voice.markup(
        '<details class="why"><summary>{}</summary><div>{}</div></details>',
        title,
        voice.safe(content),
    )


@register.simple_block_tag
def banner(content: str, picture: str = "bell", label: str = "") -> str:
    """Something that everybody it concerns has to see, above all else on the page."""
    return voice.markup(
        '<section class="banner" aria-label="{}">{}<div>{}</div></section>',
        label,
        icon(picture),
        voice.safe(content),
    )


@register.simple_block_tag
def status(content: str, name: str = "status") -> str:
    """What has just happened; a screen reader says it at once. It stays on the page, so that htmx can fill it."""
    inner = voice.markup("{}<div>{}</div>", icon("tick"), voice.safe(content)) if content.strip() else ""
    return voice.markup('<div class="status" role="status" id="{}">{}</div>', name, inner)


@register.simple_block_tag
def nothing(content: str, picture: str = "leaf") -> str:
    """What a list says when there is nothing in it."""
    return voice.markup('<div class="empty">{}{}</div>', icon(picture), voice.safe(content))


@register.inclusion_tag("ui/switch.html", takes_context=True)
def switch(  # noqa: PLR0913 - the parts of a switch
    context: dict[str, Any], *, name: str, label: str, to: str, on: bool, described_by: str = ""
) -> dict[str, Any]:
    """The switch: a form with one button, which sends what it would change to.

    `name` makes the ids on the page, `label` says what being on does and never changes, `to` is where it is sent.
    """
    return {
        "csrf_token": context.get("csrf_token"),
        "name": name,
        "label": label,
        "to": to,
        "on": on,
        "described_by": described_by,
    }
