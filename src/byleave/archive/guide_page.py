"""A guide as one page of HTML that needs nothing else: no script, no request, no font; it prints as it is."""

from __future__ import annotations

import re
from html import escape
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from byleave.archive.guide_charts import svg
from byleave.archive.guide_document import Chart, Paragraph, Table
from byleave.text.catalogue import SOURCE_LANGUAGE

if TYPE_CHECKING:
    from byleave.archive.guide_document import Block, CitedSource, Document, Listing, Section, Span

_ADDRESS = re.compile(r"https://[^\s<>\"]+")


def page(document: Document) -> str:
    """The document as HTML."""
    template = resources.files("byleave.archive").joinpath("guide_page.html").read_text(encoding="utf-8")
    return Template(template).substitute(
        language=escape(document.language),
        title=escape(document.title),
        subtitle=escape(document.subtitle),
        sections="\n".join(map(_section, document.sections)),
        sources_heading=escape(document.sources_heading),
        sources="\n".join(source_items(document)),
        certainties="\n".join(f"<li>{escape(text)}</li>" for text in document.certainties),
    )


def section_body(section: Section) -> str:
    """What stands below the heading of a section, for a page that has a frame of its own."""
    return "\n".join(map(_block, section.blocks))


def source_items(document: Document) -> list[str]:
    """The sources as items of a list; the marks in the sections lead to them."""
    return [_source(source) for source in document.sources]


def _section(section: Section) -> str:
    heading = f'<h2 id="{escape(section.name)}">{escape(section.heading)}</h2>'
    return f'<section aria-labelledby="{escape(section.name)}">\n{heading}\n{section_body(section)}\n</section>'


def _source(source: CitedSource) -> str:
    linked = f"<br>{_linked(source.address)}" if source.address else ""
    told, rest = "", source.text
    for words in source.foreign:
        before, _, rest = rest.partition(words)
        told += f'{escape(before)}<span lang="{SOURCE_LANGUAGE}">{escape(words)}</span>'
    return f'<li id="source-{source.number}">{told}{escape(rest)}{linked}</li>'


def _block(block: Block) -> str:
    if isinstance(block, Chart):
        return f"<figure>\n{svg(block)}\n{_table(block)}\n</figure>"
    if isinstance(block, Table):
        return _table(block)
    return f"<p>{_paragraph(block)}</p>" if isinstance(block, Paragraph) else _listing(block)


def _listing(block: Listing) -> str:
    heading = f"<h3>{_span(block.heading)}</h3>\n" if block.heading else ""
    if block.heading and len(block.points) == 1 and not block.ordered:
        return f"{heading}<p>{_paragraph(block.points[0])}</p>"
    tag = "ol" if block.ordered else "ul"
    points = "\n".join(f"<li>{_paragraph(point)}</li>" for point in block.points)
    return f"{heading}<{tag}>\n{points}\n</{tag}>"


def _paragraph(paragraph: Paragraph) -> str:
    return " ".join(map(_span, paragraph.spans))


def _span(span: Span) -> str:
    text = _linked(span.text)
    if span.language:
        text = f'<span lang="{escape(span.language)}">{text}</span>'
    if span.reference:
        text += f' <a class="mark" href="#source-{span.reference.number}">{escape(str(span.reference))}</a>'
    return text + escape(span.end)


def _linked(text: str) -> str:
    """Text with every address in it as a link."""
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        parts.append(escape(text[end : found.start()]))
        address = escape(found[0])
        parts.append(f'<a href="{address}" rel="noreferrer">{address}</a>')
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _table(table: Table) -> str:
    """A table that scrolls by itself where the screen is too narrow for it."""
    header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    rows = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in table.rows
    )
    caption = escape(table.caption)
    return (
        f'<div class="wide" role="region" aria-label="{caption}" tabindex="0">\n<table>\n<caption>{caption}</caption>\n'
        f"<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )
