"""The Fluentd configuration language: text → element tree → declared options."""

from kelp.agent.config import param
from kelp.agent.config.element import USE_DEFAULT, Attr, Element
from kelp.agent.config.errors import ConfigError, ConfigErrors, Place, join_faults
from kelp.agent.config.section import Configurable, Section

__all__ = [
    "USE_DEFAULT",
    "Attr",
    "ConfigError",
    "ConfigErrors",
    "Configurable",
    "Element",
    "Place",
    "Section",
    "join_faults",
    "param",
]
