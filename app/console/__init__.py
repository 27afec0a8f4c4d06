"""Screens for staff: HTML made on the server, over the very actions and queries of the API."""
