"""What a condition means for each family of fields: text, keyword, numbers, dates, booleans, addresses."""
