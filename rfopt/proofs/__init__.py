"""What is known of a network from its parameters alone: circles, traps, boundaries that disagree, channels reused."""
