"""What the s3 output is made of: options, credentials, packing, object keys."""
