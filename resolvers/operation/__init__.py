"""What operations share: running them once, checking their input, finding what they refer to."""
