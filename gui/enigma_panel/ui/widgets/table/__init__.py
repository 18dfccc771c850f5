"""The painted table: its view, its model, its cells."""
