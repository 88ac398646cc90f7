-- Of a sorted set: raises a member from the score that was seen (or removes it, where there is no other), unless it has changed since. KEYS: the set.
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
