-- A page of incidents, newest first.
-- ARGV     index (`all`, `open`, `service:<name>`), opened since, offset, count, then pairs of id and version that the caller has.   Returns their JSON, or `=<id>` for what the caller has.
local p = KEYS[1]
local known = {}
for i = 5, #ARGV, 2 do known[ARGV[i]] = ARGV[i + 1] end
local ids = redis.call('ZREVRANGEBYSCORE', p .. ARGV[1], '+inf', ARGV[2], 'LIMIT', ARGV[3], ARGV[4])
local found = {}
for i, id in ipairs(ids) do
  local incident = p .. 'incident:' .. id
  if known[id] and known[id] == redis.call('HGET', incident, 'version') then
    found[i] = '=' .. id
  else
    found[i] = redis.call('HGET', incident, 'json')
  end
end
return found
