-- ARGV  group, id and version of what the caller has ('' for nothing).
-- Returns {JSON of its open incident, `=` if it is what the caller has, or nil; id of its newest closed one or nil}; nil is false in Lua, so that the array keeps its length.
local p = KEYS[1]
local open = redis.call('HGET', p .. 'open-by-group', ARGV[1])
local found = false
if open then
  local incident = p .. 'incident:' .. open
  local same = open == ARGV[2] and redis.call('HGET', incident, 'version') == ARGV[3]
  found = same and '=' or redis.call('HGET', incident, 'json')
end
return { found, redis.call('HGET', p .. 'closed-by-group', ARGV[1]) }
