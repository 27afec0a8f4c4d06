"""Occupations, wages, in-demand jobs."""
