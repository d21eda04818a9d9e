"""`kelp up`: store, UI and agent as child processes of one command."""

from kelp.up.cli import command

__all__ = ["command"]
