"""A tenant: a state, and the choices that the rules leave to it."""
