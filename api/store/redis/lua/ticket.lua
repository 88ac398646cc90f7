-- {value, end in ms} of a ticket that lives, or nothing
local value, ends = ticket(ARGV[1])
return value and { value, ends } or {}
