"""Questions, banks and grading. No widgets, no database."""
