"""What documents and their variables may hold, checked before anything is planned or run."""
