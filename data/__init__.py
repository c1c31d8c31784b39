"""Code for reading, checking and storing shop events. No data lives here but the sample logs; see var/."""
