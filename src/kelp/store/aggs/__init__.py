"""Aggregations, one file each: a GROUP BY per level of the tree, the levels below kept to the buckets above."""
