"""`python -m cli` is the `renewal` command."""

from cli.main import main

if __name__ == "__main__":
    main()
