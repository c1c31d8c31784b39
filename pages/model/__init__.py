"""Pages of the section Model: does the model earn its place, and what is one person about?"""
