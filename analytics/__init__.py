"""Questions about interest: a published store and a scope in, polars frames, sentences and figures out."""
