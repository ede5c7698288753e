"""DuckDB, embedded: reads tables strictly, runs the compiled expression, writes Parquet."""
