"""The kinds of definition: what each reads, how it compares, and by which actions of its room it is applied."""
