"""`python -m kelp` is the `kelp` command."""

from kelp.cli import main

main(prog_name="kelp")
