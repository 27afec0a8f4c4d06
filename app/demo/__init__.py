"""The synthetic population, and the demonstration that walks it through the whole main job."""
