"""The root of every error Kelp raises on purpose."""


class KelpError(Exception):
    """An error with a message meant for the user: what failed, where, and how to mend it.

    Messages read "cannot <verb> <object>: <cause>", in lower case and without a full stop.
    """
