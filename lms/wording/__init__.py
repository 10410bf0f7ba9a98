"""Django's own sentences, said our way in both languages.

Forms and passwords speak with Django's words: "Ensure this value has at most 20 characters (it has 23)." The
catalogues here, first in LOCALE_PATHS, answer the same message ids in the tone of docs/words.md: what is wrong, and
what to do. There is nothing to collect from the code, so `make messages` does not touch them; tests/test_words.py
holds them against the catalogues of the Django that is installed.
"""
