"""Operations as declared: what a mutation does, the types of what it takes and answers, and its refusals."""
