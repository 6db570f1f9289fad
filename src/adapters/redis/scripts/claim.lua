-- Takes a due effect for a while. The lease is a key that expires by the server's own clock, so replicas need not agree on the time.
-- ARGV     effect's id, gen, token, lease in ms
-- Returns  {the effect, its failures in a row}, or nil when it isn't due at that gen or somebody has it (an older gen that still runs included).
local p = KEYS[1]
local id, gen, token, leaseMs = unpack(ARGV)
local effect = redis.call('HMGET', p .. 'effect:' .. id, 'kind', 'incidentId', 'dueAt', 'gen', 'attempt')
if effect[4] ~= gen then return nil end
if not redis.call('SET', p .. 'lease:' .. id, token, 'PX', leaseMs, 'NX') then return nil end
return { { id, unpack(effect) }, tonumber(redis.call('HGET', p .. 'effect:' .. id, 'failures') or '0') }
