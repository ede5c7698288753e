"""What was used, in words: snapshots and models of a member, and who left since."""

from __future__ import annotations

from byleave.text.catalogue import N_

MEMBER_IN = N_("Snapshots that hold items of {member}: {some} of {all} that were looked at.")
MEMBER_IN_NONE = N_("No snapshot that was looked at holds items of {member}. Looked at: {all}.")
SNAPSHOT = N_("{id}, taken on {at} by the rules of {pack} for {purpose}; items: {items}")
REPLAY = N_("A replay: nothing was trained on it.")
MODELS_SAW = N_("Models that were trained on them:")
NO_MODELS = N_("No model is recorded that was trained on them.")
MODEL = N_("{model} for {purpose}; items: {items}")
TAKEN_OUT = N_("Taken out of it by entry {seq}.")
IF_GOES = N_("These models would have to change if {member} goes: {models}.")
NOTHING_IF_GOES = N_("If {member} goes, no recorded model has to change.")
UNKNOWN = N_("Not known for these snapshots, which have no index of their members: {ids}.")
UNKNOWN_MODELS = N_("Models of those snapshots may have seen more: {models}.")
HOW_TO_INDEX = N_("Index them where their folders are: byleave snapshot register DIR --ledger URL")
ITEMS = N_("Items in {folder}: {items}")

HOLDS = N_("It holds items: {items}, of members: {members}.")
NOT_INDEXED = N_("Who is in it is not known here: it has no index.")
LEFT_NOBODY = N_("Nobody who is in it has left since.")
LEFT = N_("Members of it who have left since: {members}.")
REFUSED = N_("Switched off or objected, and still do: {names}.")
CLOSED = N_("Closed their account: {names}.")
WITHHELD = N_("Hold some of their items back: {names}.")
ERASED = N_("Erased; who they were is no longer known: {number}.")
PACK_SAYS = N_("Whether a model has to forget them is for the pack in force to say (reach “models”).")
TRAINED_ON = N_("Models that were trained on it: {models}.")
TRAINED_ON_NONE = N_("No model is recorded that was trained on it.")
MODEL_IS = N_("Model {model}, {digest}, for {purpose}.")
MODEL_TRAINED = N_("Trained on {at}.")
MODEL_RECORDED = N_("Recorded on {at} as entry {seq}.")
MODEL_FORGOT = N_("Members who were taken out of it: {number}.")
ITEM_IN = N_("Item {item} is in {some} of {all} snapshots that were looked at.")
RECORDED_UNSEEN = N_("Recorded snapshots whose folders were not given: {number}.")
