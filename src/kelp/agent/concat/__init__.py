"""How the concat filter knows which events are one message."""
