"""Peers and programs that the interop tests drive. Standard library only."""
