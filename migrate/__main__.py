"""`python -m migrate` is `circle2bb`."""

from migrate.cli import run

if __name__ == "__main__":
    run()
