"""Evidence of work: wage records and other sources, a row per person, quarter, employer and source."""
