"""Reading what a store holds the way rankers want it: the whole log as arrays, or what one person did."""

from models.reading_store.history import HISTORY, end_of_day, history_file, history_of, user_no_of
from models.reading_store.log import People, interactions

__all__ = ["HISTORY", "People", "end_of_day", "history_file", "history_of", "interactions", "user_no_of"]
