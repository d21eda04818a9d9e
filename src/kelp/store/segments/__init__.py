"""The log that makes writes durable, and its way into the engine's tables."""
