"""The clerks' console: the day at the counter in a browser. It knows renewal/ only, no Rasa."""
