"""Radio: links, antennas, path loss, and the levels and level changes they make."""
