"""The service for instructors and assessors: rooms of learners, and marks that can be trusted."""
