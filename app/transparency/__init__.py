"""A transparency log in the public C2SP formats: pure functions, without a
clock. Only keys are in files.
"""
