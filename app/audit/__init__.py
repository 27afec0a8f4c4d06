"""The append-only record of who did what, and who read what. Actions write it in their own transaction; a task seals it later."""
