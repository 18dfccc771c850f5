"""Tests of what stands in resources/ and is run by hand."""
