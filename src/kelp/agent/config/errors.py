"""Faults of a configuration, with the place where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from kelp.common.errors import KelpError


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a configuration file, counted from 1; line 0 where no line is known."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class ConfigError(KelpError):
    """One fault of the configuration; `str()` begins with `file:line` once the place is known."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

    @property
    def faults(self) -> "Sequence[ConfigError]":
        """Every single fault, this one alone unless it is a group."""
        return (self,)

    def at(self, place: Place) -> "ConfigError":
        """This error, standing at `place` unless it already knows its own."""
        if self.place is None:
            self.place = place
        return self


class ConfigErrors(ConfigError):
    """Several faults found in one run, in the order of the file."""

    def __init__(self, faults: Sequence[ConfigError]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self._faults = tuple(faults)

    @property
    def faults(self) -> Sequence[ConfigError]:
        return self._faults

    def at(self, place: Place) -> ConfigError:
        for fault in self._faults:
            fault.at(place)
        return self


def join_faults(errors: Sequence[ConfigError]) -> ConfigError:
    """One error to raise for `errors` (at least one), groups flattened."""
    flat = [fault for error in errors for fault in error.faults]
    return flat[0] if len(flat) == 1 else ConfigErrors(flat)
