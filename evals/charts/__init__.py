"""Geometry of the dashboard's charts: plain values in, SVG coordinates out."""
