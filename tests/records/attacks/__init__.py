"""Attacks by somebody who can write to the database, by what they are on."""
