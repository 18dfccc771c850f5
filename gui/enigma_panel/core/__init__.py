"""Pure rules: records, moves, money. No Qt, no network, no disk, no clock of its own."""
