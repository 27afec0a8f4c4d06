"""Career paths: ordered steps to target occupations, in versions; collections of them; the gates to being published."""
