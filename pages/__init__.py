"""The views, by section of the menu; the only code that imports streamlit. Never a page file directly in here."""
