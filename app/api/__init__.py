"""The JSON edge: a route parses, calls one action or query, and answers."""
