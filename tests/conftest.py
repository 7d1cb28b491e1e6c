"""All tests have Rasa as the server has it: TensorFlow is not loaded."""

from bot import without_tensorflow

without_tensorflow.apply()
