"""What stands on the ground: buildings and their files, heights of the terrain, places and their coordinates."""
