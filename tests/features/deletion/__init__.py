"""Tests of the dialog Delete tasks."""
