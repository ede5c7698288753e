"""Pure: talent search. What it learns are sums of whole numbers, one summand for each row, so that a row can leave."""
