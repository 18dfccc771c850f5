"""What is secret in texts and answers, and how it is kept out of everything else."""
