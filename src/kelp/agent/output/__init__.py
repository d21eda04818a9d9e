"""What outputs and formatters share: JSON text, Ruby's text forms, injected fields, sections."""
