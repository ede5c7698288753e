"""Pure: rewriting drafts. A public base stays as it is; each shard trains a part that can be trained anew."""
