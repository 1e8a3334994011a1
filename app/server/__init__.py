"""How the service is served by gunicorn."""
