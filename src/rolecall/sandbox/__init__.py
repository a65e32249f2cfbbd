"""A living AWS on loopback: gateway in front of moto, STS sessions, instance metadata, clock, worlds."""
