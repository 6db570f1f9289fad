-- ARGV[1]  group.   Returns {JSON of its open incident or nil, id of its newest closed one or nil}; nil is false in Lua, so that the array keeps its length.
local p = KEYS[1]
local open = redis.call('HGET', p .. 'open-by-group', ARGV[1])
local json = open and redis.call('HGET', p .. 'incident:' .. open, 'json') or false
return { json, redis.call('HGET', p .. 'closed-by-group', ARGV[1]) }
