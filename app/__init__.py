"""The eligibility determination service. `app.factory` puts it together."""
