-- Effects by the time they are due, soonest first.
-- ARGV     from, to (as ZRANGEBYSCORE takes them), limit, leave out leased ones (1 or 0)
local p = KEYS[1]
local from, to, limit, freeOnly = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local found, offset, page = {}, 0, 200
while #found < limit do
  local ids = redis.call('ZRANGEBYSCORE', p .. 'due', from, to, 'LIMIT', offset, page)
  for _, id in ipairs(ids) do
    if #found < limit and not (freeOnly and redis.call('EXISTS', p .. 'lease:' .. id) == 1) then
      found[#found + 1] = { id, unpack(redis.call('HMGET', p .. 'effect:' .. id, 'kind', 'incidentId', 'dueAt', 'gen', 'attempt')) }
    end
  end
  if #ids < page then break end
  offset = offset + page
end
return found
