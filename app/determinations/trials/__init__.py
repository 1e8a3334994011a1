"""The cases of a provision tried, and the edges that they have to stand on."""
