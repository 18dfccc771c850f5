"""What tasks cost, by day and by what became of them."""
