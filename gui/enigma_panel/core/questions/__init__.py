"""What an agent asks: kinds of questions, and what of their words can be chosen or filled in."""
