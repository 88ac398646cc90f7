-- Adds a piece after the last one. Returns the number of bytes afterwards.
local ttl, rev, offset, bytes, piece = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], KEYS[12]
local there = call('STRLEN', piece)
if there ~= offset or #bytes == 0 then return there end
call('APPEND', piece, bytes)
call('ZADD', PIECES, now, rev)
expire(ttl)
return there + #bytes
