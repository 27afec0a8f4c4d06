"""Who is calling and what it may do: keys, roles as bundles of permissions, and the edge of every transaction."""
