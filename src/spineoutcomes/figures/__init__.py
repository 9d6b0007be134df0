"""Figures: the numbers of a result, drawn. Nothing is computed here.

Matplotlib is imported by the functions, never with the package.
"""

from spineoutcomes.figures.curves import curves_plot
from spineoutcomes.figures.flow import flow_diagram
from spineoutcomes.figures.forest import forest_plot
from spineoutcomes.figures.timeline import case_timeline

__all__ = ["case_timeline", "curves_plot", "flow_diagram", "forest_plot"]
