"""What became of people: the extract, cohorts, indicators, tables and their receipts.

The three steps are `extract` (facts out of the database into the one frame), `tally` (where each indicator puts each row, counted
once) and `table` (figures, which are sums over the tally).
"""
