"""The purposes of training, and the four visibilities, that every pack speaks of.

Source: IETF AIPREF vocabulary; `generative-ai` maps to its category `train-ai`.
"""

from __future__ import annotations

GENERATIVE_AI = "generative-ai"
OTHER_AI = "other-ai"
PURPOSES = (GENERATIVE_AI, OTHER_AI)
VISIBILITIES = ("public", "connections", "group", "private")
