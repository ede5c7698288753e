"""Rewrite with AI on torch: a public base that stays as it is, one small adapter for each shard, served as their mean.

What opens a model's folder needs numpy alone; `base`, `adapter`, `trainer` and `writer` need torch and transformers.
"""
