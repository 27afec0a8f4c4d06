"""What commands run in and start. Not commands themselves, so importing them may take its time."""
