"""Rules about the code and its papers, where no linter has a rule for them."""
