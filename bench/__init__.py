"""Benchmarks: each measures the product beside a baseline in one run and prints the ratio. `make bench` lists them."""
