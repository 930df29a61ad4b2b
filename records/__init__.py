"""What is kept, and the rules for changing it. Imports nothing of ours."""
