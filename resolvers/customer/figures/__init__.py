"""What a customer's purchases come to: insights, scores, and the proof of the figures that are kept."""
