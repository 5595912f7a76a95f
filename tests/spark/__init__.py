"""The models on a real Spark."""
