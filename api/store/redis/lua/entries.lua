-- {generation, first, last, entries} of a log, the entries after a position
local name, after, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local generation, first, last = log(name)
local entries = limit > 0 and call('XRANGE', KEYS[12], '(' .. after .. '-0', '+', 'COUNT', limit) or {}
return { generation, first, last, entries }
