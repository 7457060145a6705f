"""What is sent by those who wish the gateway ill, or who know no better."""
