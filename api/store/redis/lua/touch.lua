-- Makes a whole shard expire `ttl` ms from now.
for _, key in ipairs(KEYS) do call('PEXPIREAT', key, digits(now + tonumber(ARGV[1]))) end
