"""From the files of a rulesets folder to a lawbook."""
