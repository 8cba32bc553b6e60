"""Live feeds of interviews and organizations over Redis pub/sub, with MongoDB as the source of truth."""
