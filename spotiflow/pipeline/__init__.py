"""The stages of a run in order, what makes each due, the schedule, and what a person sees of them."""
