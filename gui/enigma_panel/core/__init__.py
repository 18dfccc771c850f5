"""Pure rules: records, transitions, money. No Qt, no network, no disk, no clock of its own."""
