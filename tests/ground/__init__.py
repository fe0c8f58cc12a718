"""Tests of the ground: settings, processes, accounts, packaging."""
