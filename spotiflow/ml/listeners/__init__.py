"""What models say of a listener's own tracks, and how right they are there."""
