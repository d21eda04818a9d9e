"""What the Kafka outputs are made of: options, client settings, messages, producer."""
