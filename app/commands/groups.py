"""Groups of commands of which only the one that is called is imported."""

from collections.abc import Mapping
from importlib import import_module

import click
from flask.cli import AppGroup


class Commands(AppGroup):
    """Commands by name, each imported when it is called or listed; *places* tells where in this
    package each stands, as `module:command`.
    """

    def __init__(
        self, name: str | None, places: Mapping[str, str], help: str | None = None
    ) -> None:
        super().__init__(name, help=help)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in alphabetical order."""
        return sorted(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; none where there is none."""
        if cmd_name not in self._places:
            return None
        module, _, name = self._places[cmd_name].partition(":")
        found = getattr(import_module(f"{__package__}.{module}"), name)
        assert isinstance(found, click.Command)
        return found
