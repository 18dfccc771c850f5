"""Questions of the agents and the answers to them."""
