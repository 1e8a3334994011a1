"""The law held against itself and its cases, with a complaint for each mistake."""
