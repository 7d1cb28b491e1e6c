"""Japanese (and plain English) in, typed facts out; knows no procedure, no Rasa, no HTTP."""
