"""What the model is asked, as tokens. A draft is text and never a token of the template, whatever it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SYSTEM = "You rewrite drafts."
TONES = {
    "clear": "Rewrite as a clear post:",
    "warm": "Rewrite as a warm, friendly post:",
    "formal": "Rewrite as a formal, professional post:",
}
"""Name of a tone → what is asked. Training knows the first."""
GRAMMAR = "Fix only grammar, spelling and punctuation. Answer with the text alone:"
"""What the base alone is asked."""
_PLACE = "\u2603draft\u2603"


def prompt(tokenizer: Any, draft: str, asked: str) -> list[int]:  # noqa: ANN401 - transformers'
    """The tokens up to where the answer begins."""
    told = f"{asked}\n\n{_PLACE}"
    if tokenizer.chat_template:
        messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": told}]
        whole = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    else:
        whole = f"{told}\n\nRewritten:\n"
    before, after = whole.split(_PLACE)
    return [*_tokens(tokenizer, before), *plain(tokenizer, draft), *_tokens(tokenizer, after)]


def _tokens(tokenizer: Any, text: str) -> list[int]:  # noqa: ANN401 - transformers'
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def plain(tokenizer: Any, text: str) -> list[int]:  # noqa: ANN401 - transformers'
    """A text as tokens of which none means anything to the template: what looks like one is taken as letters.

    A tokenizer that joins them all the same gets the text without them.
    """
    special = set(tokenizer.all_special_ids)
    found = list(tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])
    return [one for one in found if one not in special]


def ends(tokenizer: Any) -> Sequence[int]:  # noqa: ANN401 - transformers'
    """The tokens at which an answer ends."""
    found = {tokenizer.eos_token_id}
    for name in ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "</s>"):
        number = tokenizer.convert_tokens_to_ids(name)
        if number is not None and number != tokenizer.unk_token_id:
            found.add(number)
    return sorted(one for one in found if one is not None)
