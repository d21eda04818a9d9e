"""What the google_cloud output is made of: options, resources, entries, client."""
