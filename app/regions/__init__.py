"""Where: systems of regions, several at once, dated and not nested; outlines; which region a county, a place or a point lies in."""
