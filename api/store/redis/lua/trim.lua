-- Drops entries beyond the newest `most`, those older than `age` ms, and those up to a position.
local name, most, age, stream = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), KEYS[12]
local generation, first, last = log(name)
local upTo = math.max(last - (most or last), first - 1, math.min(tonumber(ARGV[4]), last))
local old = age ~= nil
while old and upTo < last do
  local page = call('XRANGE', stream, '(' .. digits(upTo) .. '-0', '+', 'COUNT', 256)
  old = #page > 0
  for _, entry in ipairs(page) do
    old = old and tonumber(entry[2][2]) < now - age
    if old then upTo = tonumber(string.match(entry[1], '^%d+')) end
  end
end
if upTo < first then return end
call('XTRIM', stream, 'MINID', digits(upTo + 1) .. '-0')
setLog(name, generation, upTo + 1, last)
