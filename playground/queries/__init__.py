"""Reads for pages and runs, each a fixed number of queries at any size."""

from playground.queries.row_pages import PAGE, RowPage, row_page
from playground.queries.selections import SEGMENTS, Selection, matching, segment_counts
from playground.queries.versions import cells_of, current_version, row_ids, rows_of, spread_cells

__all__ = [
    "PAGE",
    "SEGMENTS",
    "RowPage",
    "Selection",
    "cells_of",
    "current_version",
    "matching",
    "row_ids",
    "row_page",
    "rows_of",
    "segment_counts",
    "spread_cells",
]
