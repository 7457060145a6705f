"""How the graph is declared, and what is made from the declarations."""
