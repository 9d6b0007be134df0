"""Check: what is wrong with the files of a registry, as a page for whoever keeps them."""

from spineoutcomes.check.html import html_page
from spineoutcomes.check.run import Checkup, check_files
from spineoutcomes.check.text import text_page

__all__ = ["Checkup", "check_files", "html_page", "text_page"]
