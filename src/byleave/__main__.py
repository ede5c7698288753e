"""`python -m byleave`: the same as `byleave`."""

from byleave.cli.main import main

if __name__ == "__main__":
    main()
