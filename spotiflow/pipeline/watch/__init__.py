"""What a person sees of runs: status, doctor, logs."""
