"""Organisations that serve participants: their sites, the regions that they serve, and the agreements that they have."""
