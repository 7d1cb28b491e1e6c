"""Rasa's custom actions: slots in, `renewal` called, sentences and events out."""
