-- ARGV     id, version of what the caller has ('' for nothing).   Returns the incident's JSON, `=` if it is what the caller has, or nil.
local incident = KEYS[1] .. 'incident:' .. ARGV[1]
if ARGV[2] ~= '' and redis.call('HGET', incident, 'version') == ARGV[2] then return '=' end
return redis.call('HGET', incident, 'json')
