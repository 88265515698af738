"""`python -m brightpearl` is the command `brightpearl`."""

from brightpearl.cli import main

if __name__ == "__main__":
    main()
