"""The transparency log of the sealed records: one tree in the order of sealing, in files."""
