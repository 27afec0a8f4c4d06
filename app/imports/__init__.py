"""Bulk loads: accept, stage, check, merge. The checks are the rooms' own, so a file meets what a request meets."""
