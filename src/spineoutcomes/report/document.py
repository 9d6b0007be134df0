"""The page of a report: one file, no script, no request to anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files

from spineoutcomes.registry import Registry
from spineoutcomes.report.methods import methods_of, sources_of
from spineoutcomes.report.sections import Section
from spineoutcomes.results import ResultSet
from spineoutcomes.tables import to_html


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a page shows."""

    title: str
    kind: str
    synthetic: bool
    sections: tuple[Section, ...]
    results: ResultSet
    registry: Registry
    study_name: str
    study_text: str


def page(document: Document) -> str:
    """Return the page as HTML; every text from data or study is escaped."""
    from jinja2 import Environment
    from markupsafe import Markup

    folder = files("spineoutcomes.report")
    template = (folder / "page.html").read_text(encoding="utf-8")
    style = (folder / "page.css").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        document=document,
        style=Markup(style),  # noqa: S704 (ours)
        table=lambda table: Markup(to_html(table)),  # noqa: S704 (escaped there)
        svg=lambda picture: Markup(picture.svg),  # noqa: S704 (escaped there)
        methods=methods_of(document.results),
        sources=sources_of(document.results),
        provenance=document.registry.provenance.dropna(subset=["file"]).to_dict("records"),
        rejected=len(document.registry.rejects),
        version=version("spineoutcomes"),
    )
