"""What a chunk holds of its events."""

from enum import Enum, auto


class Content(Enum):
    """The form of the data in an output's chunks: it says how another output can read them.

    Fluentd's plugin of the same name keeps events in its chunks, unless its chunks are FORMATTED: then a secondary
    output gets the data as it is.
    """

    FORMATTED = auto()  # what Fluentd's plugin formats, too
    EVENTS = auto()  # events as MessagePack
    REQUESTS = auto()  # the sink's own form; where somebody may ask for the events, they are kept beside
    DOCUMENTS = auto()  # the sink's own form that shows the records; tag and times are kept beside
