"""`python -m migrate` is `circle2bb`."""

from migrate.cli import main

if __name__ == "__main__":
    main(prog_name="circle2bb")
