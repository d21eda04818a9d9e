"""What monitoring inputs tell about the running plugins."""
