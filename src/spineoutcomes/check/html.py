"""A check as a page: one file, no script, no request to anywhere."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files

from spineoutcomes.check import words
from spineoutcomes.check.run import Checkup


def html_page(checkup: Checkup) -> str:
    """Return a check as HTML; names of files and columns are data too, and are escaped."""
    from jinja2 import Environment
    from markupsafe import Markup

    folder = files("spineoutcomes.check")
    template = (folder / "page.html").read_text(encoding="utf-8")
    style = (folder / "page.css").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        checkup=checkup,
        style=Markup(style),  # noqa: S704 (ours)
        verdict=words.verdict(checkup),
        no_values=words.NO_VALUES,
        rows=words.rows_in_and_out(checkup),
        left_out=words.rows_left_out(checkup),
        sections=words.sections(checkup),
        identifiers=words.identifier_lines(checkup),
        about_identifiers=words.IDENTIFIERS,
        held_against=words.held_against(checkup),
        version=version("spineoutcomes"),
    )
