-- The due tasks of a shard, and the earliest time of all: {earliest or '', id, time, …}
local reply = call('ZRANGE', DUE, '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1], 'WITHSCORES')
local first = call('ZRANGE', DUE, 0, 0, 'WITHSCORES')
table.insert(reply, 1, first[2] or '')
return reply
