# The same rules turned round, as one writes them to have reasons: allowed when nothing denies.
package training

reasons contains "not-yet-created" if input.created_at > data.now

reasons contains "excluded-category" if not input.category in in_use

reasons contains "not-public" if input.visibility != "public"

reasons contains "not-in-force" if effective(data.members[input.member_id]) > data.now

reasons contains "objection" if objects(data.members[input.member_id])

reasons contains "opted-out" if {
	owner := data.members[input.member_id]
	not open_to_use(owner)
}
