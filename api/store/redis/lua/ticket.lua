-- {value, expiry in ms} of a valid ticket, or nothing
local value, ends = ticket(ARGV[1])
return value and { value, ends } or {}
