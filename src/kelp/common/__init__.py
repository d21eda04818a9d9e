"""What agent, store and UI share: logging, errors, small value types."""
