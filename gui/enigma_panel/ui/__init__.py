"""Windows and widgets. Knows services; never HTTP, the database or the keychain."""
