"""The main window: layout, menus, top bar, status bar."""
