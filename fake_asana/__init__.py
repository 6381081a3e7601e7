"""A stand-in for Asana on one's own machine: OpenID Connect, REST API, people and tasks."""
