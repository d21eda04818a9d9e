"""Plugins: bases, registry, life cycle."""

from kelp.agent.plugin.base import Context, Plugin, Router, build, label_of
from kelp.agent.plugin.filter import Filter
from kelp.agent.plugin.formatter import Formatter
from kelp.agent.plugin.input import BufferOverflow, Input
from kelp.agent.plugin.output import Output, UnrecoverableError
from kelp.agent.plugin.parser import ParsedLines, Parser
from kelp.agent.plugin.registry import register

__all__ = [
    "BufferOverflow",
    "Context",
    "Filter",
    "Formatter",
    "Input",
    "Output",
    "ParsedLines",
    "Parser",
    "Plugin",
    "Router",
    "UnrecoverableError",
    "build",
    "label_of",
    "register",
]
