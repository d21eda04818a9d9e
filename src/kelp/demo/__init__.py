"""An invented shop whose pods write realistic logs, for trying Kelp and for measuring it."""
