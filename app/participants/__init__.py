"""People: the only room where names, birth dates and social security numbers live; their residence, and who may see them."""
