"""Groups of rows, counted and summed up: which there are, in what order, and a page of them."""
