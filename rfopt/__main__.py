"""`python -m rfopt` is the command `rfopt`."""

from rfopt.cli import main

main()
