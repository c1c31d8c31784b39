"""The parts a page is put together from."""

from pages.shared.parts.chart import chart
from pages.shared.parts.export import export
from pages.shared.parts.head import explain, head, so_what
from pages.shared.parts.kpis import kpi_row
from pages.shared.parts.states import block, empty, failure
from pages.shared.parts.table import page_of, table

__all__ = [
    "block", "chart", "empty", "explain", "export", "failure", "head", "kpi_row", "page_of", "so_what", "table",
]  # fmt: skip
