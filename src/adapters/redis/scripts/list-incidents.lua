-- A page of incidents, newest first.
-- ARGV     index (`all`, `open`, `service:<name>`), opened since, offset, count.   Returns their JSON.
local p = KEYS[1]
local ids = redis.call('ZREVRANGEBYSCORE', p .. ARGV[1], '+inf', ARGV[2], 'LIMIT', ARGV[3], ARGV[4])
local found = {}
for i, id in ipairs(ids) do found[i] = redis.call('HGET', p .. 'incident:' .. id, 'json') end
return found
