-- Which of these blobs are complete: 1 or 0 each
local reply = {}
for index, rev in ipairs(ARGV) do reply[index] = call('HEXISTS', BLOBS, rev) end
return reply
