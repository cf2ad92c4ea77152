"""Alerts in: who may send them, how they are read, stored and worked off."""
