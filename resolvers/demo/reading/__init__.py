"""What The Complete Journey says, and what follows from it: the source, its dates, coupons, prices and groups."""
