"""Personal texts: what people wrote in their own words, encrypted apart from the sealed records."""
