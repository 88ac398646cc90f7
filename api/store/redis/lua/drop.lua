-- All of a shard is gone.
for _, key in ipairs(KEYS) do call('UNLINK', key) end
