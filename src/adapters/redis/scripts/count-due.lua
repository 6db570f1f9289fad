-- How many incidents have work that is due: each once, however much of it there is and however often it was woken.
-- ARGV     until when, count no further than
local p = KEYS[1]
local to, most = ARGV[1], tonumber(ARGV[2])
local seen, count, offset, page = {}, 0, 0, 500
while count < most do
  local ids = redis.call('ZRANGEBYSCORE', p .. 'due', '-inf', to, 'LIMIT', offset, page)
  for _, effect in ipairs(ids) do
    local id = string.match(effect, '^(.*)%.')
    if id and not seen[id] then
      seen[id] = true
      count = count + 1
    end
  end
  if #ids < page then break end
  offset = offset + page
end
return math.min(count, most)
