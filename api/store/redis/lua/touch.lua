-- All of a shard ends together, `ttl` ms from now.
for _, key in ipairs(KEYS) do call('PEXPIREAT', key, digits(now + tonumber(ARGV[1]))) end
