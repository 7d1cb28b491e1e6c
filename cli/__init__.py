"""The `renewal` command: the bot's answers for engineers, and the staff's work."""
