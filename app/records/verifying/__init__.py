"""Whether the stored records are as they were sealed: row by row, and as a whole."""
