"""What an agent did, step by step."""
