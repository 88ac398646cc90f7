-- Drops blobs that nobody has held for `age` ms, and pieces (a rev and a key each) that have not grown for as long.
local before = now - tonumber(take())
for _, rev in ipairs(call('ZRANGE', RELEASED, '-inf', before, 'BYSCORE')) do
  call('HDEL', BLOBS, rev)
  call('ZREM', RELEASED, rev)
end
each(function(index)
  local rev = take()
  if (tonumber(call('ZSCORE', PIECES, rev) or 'inf')) <= before then
    call('DEL', KEYS[11 + index])
    call('ZREM', PIECES, rev)
  end
end)
