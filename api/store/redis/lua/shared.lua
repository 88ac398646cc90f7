-- Precedes every script: the shard's keys (layout.ts), the arguments one by one, the clock.
local VERSION, ROWS, NAMES, TICKETS, ENDS, LOGS, BLOBS, RELEASED, HOLDERS, PIECES, DUE = unpack(KEYS, 1, 11)
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at = 0

local function take()
  at = at + 1
  return ARGV[at]
end

local function each(act)
  for index = 1, tonumber(take()) do act(index) end
end

-- tostring() would return 1.7e+12.
local function digits(number)
  return string.format('%.0f', number)
end

-- "head:rest" → head, rest
local function split(text)
  local colon = string.find(text, ':', 1, true)
  return string.sub(text, 1, colon - 1), string.sub(text, colon + 1)
end

-- The value of a valid ticket, and when it expires (text).
local function ticket(name)
  local found = call('HGET', TICKETS, name)
  if not found then return nil end
  local ends, value = split(found)
  if tonumber(ends) <= now then return nil end
  return value, ends
end

-- State of a log: generation, first, last.
local function log(name)
  local found = call('HGET', LOGS, name)
  if not found then return '', 1, 0 end
  local generation, first, last = string.match(found, '^([^:]*):(%d+):(%d+)$')
  return generation, tonumber(first), tonumber(last)
end

local function setLog(name, generation, first, last)
  call('HSET', LOGS, name, generation .. ':' .. digits(first) .. ':' .. digits(last))
end

local function isHeld(rev)
  return #call('ZRANGE', HOLDERS, '[' .. rev .. '\n', '(' .. rev .. '\011', 'BYLEX', 'LIMIT', 0, 1) > 0
end

-- A new key gets the expiry of its shard; `ttl` is empty for shards that never expire.
local function expire(ttl)
  if ttl == '' then return end
  local ends = call('PEXPIRETIME', VERSION)
  if ends < 0 then ends = now + tonumber(ttl) end
  for _, key in ipairs(KEYS) do call('PEXPIREAT', key, digits(ends), 'NX') end
end
