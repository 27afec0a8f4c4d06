"""What happens to people: services and the participations derived from them, enrollments on career paths, steps, credentials."""
