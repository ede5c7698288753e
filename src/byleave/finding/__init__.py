"""Find people in text: what an objector gave to be found by, and the places where a text holds it.

Pure: keys, texts and lists come in as arguments. What was found with certainty and what is only possible stay apart; a
decision reads both as facts about an item (`policy/facts.py`).
"""
