"""Which tracks were heard, and under which names and ids."""
