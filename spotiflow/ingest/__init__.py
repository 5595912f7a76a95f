"""Ways into the raw tables: privacy exports, the Kaggle catalogue, listeners."""
