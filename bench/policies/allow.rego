# `linkedin@2025-10-24` for LinkedIn and generative AI: allowed when everything holds.
# `input` is an item; `data.members` holds owners with their acts in the order of `seq`; instants are seconds.
package training

default allow := false

in_use := {"profile", "post", "article", "comment", "reaction", "repost", "poll-response"}

europe := {
	"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
	"NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "GF", "GP", "MQ", "RE", "YT", "MF", "AX", "IS", "LI", "NO", "CH",
	"GB",
}

allow if {
	input.category in in_use
	input.visibility == "public"
	input.created_at <= data.now
	owner := data.members[input.member_id]
	effective(owner) <= data.now
	not objects(owner)
	open_to_use(owner)
}

effective(owner) := 1762128000 if owner.country in europe

else := 1726617600

objects(owner) if {
	some objection in owner.objections
	objection.status in {"open", "upheld"}
}

open_to_use(owner) if {
	some at in {input.created_at, effective(owner)} | {act.at | some act in owner.acts}
	at >= input.created_at
	at >= effective(owner)
	at <= data.now
	is_on(owner, at)
}

is_on(owner, at) if count(chosen(owner, at)) == 0

is_on(owner, at) if {
	values := chosen(owner, at)
	values[count(values) - 1] == "on"
}

chosen(owner, at) := [act.value |
	some act in owner.acts
	act.setting == "data-for-ai-improvement"
	act.at <= at
]
