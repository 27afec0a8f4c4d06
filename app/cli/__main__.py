"""`python -m app.cli` is the command `workforce`."""

from app.cli import main

main()
