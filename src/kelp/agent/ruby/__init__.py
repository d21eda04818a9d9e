"""The parts of Ruby that Fluentd configurations contain: regular expressions, expressions, times."""
