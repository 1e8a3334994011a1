"""Letters in other languages: the catalogue of sentences and what says them."""
