"""The program manager for workforce recovery that a state runs."""
