"""The waiver desk: its process, its addresses, its clocks."""
