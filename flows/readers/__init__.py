"""A module for each kind of file: bytes to documents, and a rejection for each that cannot be read."""
