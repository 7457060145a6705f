"""Running documents: planned once, then level by level; the ordinary way is the reference."""
