"""The main window: layout, menus, tool bar, status bar."""
