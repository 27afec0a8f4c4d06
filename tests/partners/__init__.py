"""Partners and what belongs to them."""
