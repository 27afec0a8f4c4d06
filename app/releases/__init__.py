"""Releases: what of the outcomes anybody may see, proved safe, certified by a second person, and frozen."""
