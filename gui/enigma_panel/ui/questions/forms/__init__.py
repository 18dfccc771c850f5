"""The ways to answer a question, each a page of its form."""
