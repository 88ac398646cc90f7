-- Names from (exclusive or inclusive) to, with their rows: {name, "version:value", …}
local names = call('ZRANGE', NAMES, ARGV[1], ARGV[2], 'BYLEX', 'LIMIT', 0, ARGV[3])
local reply = {}
for _, name in ipairs(names) do
  reply[#reply + 1] = name
  reply[#reply + 1] = call('HGET', ROWS, name)
end
return reply
