"""A small base of random numbers, built here, with a tokenizer of bytes; and posts of people who do not exist."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from byleave.adapters.rewrite.base import find_base
from byleave.adapters.rewrite.settings import Settings
from byleave.learn.manifest import Origin
from byleave.lineage.keys import keyed

if TYPE_CHECKING:
    from pathlib import Path

    from byleave.adapters.rewrite.base import Base

SECRET = b"0123456789abcdef0123456789abcdef"
KEY = keyed(SECRET)
ITEM = keyed(b"items 0123456789abcdef0123456789")
END = "</s>"
SETTINGS = Settings(shards=8, rank=2, layers=1, epochs=1, batch=4, longest=320)
ORIGIN = Origin(
    "rewrite-1",
    "rewrite",
    "generative-ai",
    {"id": "byleave@1", "digest": "sha256:" + "0" * 64},
    "platform",
    "sha256:" + "1" * 64,
)
WORDS = (
    *("wool", "copper", "harbour", "clinic", "museum", "vineyard", "reactor", "theatre", "quarry", "orchestra"),
    *("foundry", "glacier", "moved", "learned"),
)


def tiny_base(folder: Path, width: int = 16) -> Base:
    """A model of two blocks and so many numbers a token, in Hugging Face's form, from one seed."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    known = {letter: number for number, letter in enumerate([END, *letters])}
    tokenizer = Tokenizer(models.BPE(vocab=known, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END).save_pretrained(folder)
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(known),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=512,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return find_base(str(folder))


def posts_of(members: int, seed: int = 1, posts: int = 1) -> list[tuple[int, int, str]]:
    """Some posts of each member: keys of item and owner, and the text."""
    draw, found = random.Random(seed), []
    for number in range(members):
        for post in range(posts):
            text = f"Today {' '.join(draw.choices(WORDS, k=6))} with {draw.randint(2, 900)} in Oslo."
            found.append((ITEM(f"m{number} post {post}"), KEY(f"m{number}"), text))
    return found
