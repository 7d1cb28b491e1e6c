"""The assistant in LINE: its faces, its menu, its users, its reminders."""
