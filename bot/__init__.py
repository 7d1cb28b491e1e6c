"""What runs inside the Rasa server: Japanese NLU, the front door, channels, answers."""
