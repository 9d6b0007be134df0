"""Template: the workbook that is filled in and loaded as it is."""

from spineoutcomes.loaders.template.write import write_template

__all__ = ["write_template"]
