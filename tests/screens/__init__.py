"""Photographs of every screen, taken by `make screens` and looked at by people."""
