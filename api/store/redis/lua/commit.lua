-- The only write of a shard. Checks every condition first, because an error in the middle of a script does not undo its writes. Arguments: commit.ts.
local ttl = take()
local mismatch
each(function(index)
  local kind, name, wanted = take(), take(), take()
  if mismatch then return end
  local found
  if kind == 'row' then
    local row = call('HGET', ROWS, name)
    found = row and split(row) or '0'
  elseif kind == 'ticket' then
    local value = ticket(name)
    found = value and '=' .. value or ''
  else
    found = tostring(call('HEXISTS', BLOBS, name))
  end
  if found ~= wanted then mismatch = index end
end)
if mismatch then return { 0, mismatch } end

-- Derived from the clock, so that a shard that was dropped or restored never gives the same version again.
local version = digits(math.max(tonumber(call('GET', VERSION) or '0') + 1, time[1] * 1000000 + time[2]))
call('SET', VERSION, version, 'KEEPTTL')

each(function()
  local name, value = take(), take()
  call('HSET', ROWS, name, version .. ':' .. value)
  call('ZADD', NAMES, 0, name)
end)
each(function()
  local name = take()
  call('HDEL', ROWS, name)
  call('ZREM', NAMES, name)
end)

each(function(index)
  if index == 1 then
    for _, name in ipairs(call('ZRANGE', ENDS, '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)) do
      call('HDEL', TICKETS, name)
      call('ZREM', ENDS, name)
    end
  end
  local name, is, value, lives = take(), take(), take(), take()
  if is == 'ends' then
    call('HDEL', TICKETS, name)
    call('ZREM', ENDS, name)
  else
    local ends = lives == '' and '9007199254740991' or digits(now + math.ceil(tonumber(lives)))
    call('HSET', TICKETS, name, ends .. ':' .. value)
    call('ZADD', ENDS, ends, name)
  end
end)

each(function()
  local name, stream, generation = take(), KEYS[tonumber(take())], take()
  local _, _, last = log(name)
  call('DEL', stream)
  setLog(name, generation, last + 1, last)
end)
local reply = { 1, now }
each(function()
  local name, stream, fresh, value = take(), KEYS[tonumber(take())], take(), take()
  local generation, first, last = log(name)
  if generation == '' then generation = fresh end
  setLog(name, generation, first, last + 1)
  call('XADD', stream, digits(last + 1) .. '-0', 'at', now, 'value', value)
  reply[#reply + 1] = { last + 1, generation }
end)

local touched = {}
each(function()
  local rev, bytes = take(), take()
  if call('HSETNX', BLOBS, rev, bytes) == 1 then touched[rev] = true end
end)
each(function()
  local rev, piece = take(), KEYS[tonumber(take())]
  local bytes = call('GET', piece)
  if bytes and call('HSETNX', BLOBS, rev, bytes) == 1 then touched[rev] = true end
  call('DEL', piece)
  call('ZREM', PIECES, rev)
end)
each(function()
  local rev, holder = take(), take()
  if call('ZADD', HOLDERS, 0, rev .. '\n' .. holder) == 1 then touched[rev] = true end
end)
each(function()
  local rev, holder = take(), take()
  if call('ZREM', HOLDERS, rev .. '\n' .. holder) == 1 then touched[rev] = true end
end)
for rev in pairs(touched) do
  if isHeld(rev) then
    call('ZREM', RELEASED, rev)
  elseif call('HEXISTS', BLOBS, rev) == 1 then
    call('ZADD', RELEASED, now, rev)
  end
end

each(function()
  local id, time = take(), take()
  if time == '' then call('ZREM', DUE, id) else call('ZADD', DUE, time, id) end
end)

expire(ttl)
local channel, signals = take(), take()
if signals ~= '' then call('SPUBLISH', channel, signals) end
return reply
