"""What anybody may read, without a key: a state's regions, its in-demand jobs and career paths, and what was certified of outcomes."""
