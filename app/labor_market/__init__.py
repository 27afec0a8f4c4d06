"""What work there is: occupations, what they pay in each OEWS area, and which of them a region has designated as in demand."""
