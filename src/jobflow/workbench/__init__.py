"""What one does to a rule book before it touches a real search: check, test, simulate, draw, compare, begin anew."""
