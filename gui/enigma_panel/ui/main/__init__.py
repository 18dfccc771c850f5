"""The main window, one module per area of the screen."""
