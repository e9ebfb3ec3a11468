"""`circle2bb completion`: the script with which a shell completes our commands."""

import click
from click.shell_completion import get_completion_class

from migrate.cli.exits import Misused

_SHELLS = ("bash", "fish", "zsh")
"""Those that the oldest click knows that we work with."""
_VARIABLE = "_CIRCLE2BB_COMPLETE"
"""In which the script asks for candidates; click makes the name from the program's."""


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print the script with which SHELL completes circle2bb's commands, options and values.

    In ~/.bashrc: eval "$(circle2bb completion bash)"

    In ~/.zshrc, behind compinit: eval "$(circle2bb completion zsh)"

    Once, for fish: circle2bb completion fish > ~/.config/fish/completions/circle2bb.fish
    """
    root = click.get_current_context().find_root()
    made = get_completion_class(shell)
    if made is None:
        said = f"circle2bb: error: the click that is installed completes nothing for {shell}"
        raise Misused(said)
    script = made(root.command, {}, "circle2bb", _VARIABLE).source()
    # click's lines for fish end a description at its first comma.
    click.echo(script.replace('(string split "," $completion)', '(string split --max 1 "," $completion)'), nl=False)


__all__ = ["completion"]
