"""The whole program under random faults and kill -9; then its books are compared."""
