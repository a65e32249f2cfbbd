"""Finding, reading and checking a course."""
