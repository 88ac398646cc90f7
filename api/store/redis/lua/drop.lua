-- Removes a whole shard.
for _, key in ipairs(KEYS) do call('UNLINK', key) end
