"""The purposes of training, the visibilities, and how far an opt-out and an opt-in go, that every pack speaks of.

Source: IETF AIPREF vocabulary; `generative-ai` maps to its category `train-ai`.
"""

from __future__ import annotations

GENERATIVE_AI = "generative-ai"
OTHER_AI = "other-ai"
PURPOSES = (GENERATIVE_AI, OTHER_AI)
REACHES = ("collection", "training", "models")
"""How far an opt-out reaches, the nearest first; the last two mean the same for what may be trained on."""
FREES = ("new-content", "everything")
"""What switching on again frees, the least first."""
VISIBILITIES = ("public", "connections", "group", "private")
