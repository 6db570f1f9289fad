-- An effect is done, with nothing to save.
-- ARGV     effect's id, gen, token
-- Returns  the newer effect of the same id that is still due, or nil. Somebody else's lease is left alone, and so is their effect.
local p = KEYS[1]
local id, gen, token = unpack(ARGV)
local holder = redis.call('GET', p .. 'lease:' .. id)
if holder and holder ~= token then return nil end
redis.call('DEL', p .. 'lease:' .. id)
local effect = redis.call('HMGET', p .. 'effect:' .. id, 'kind', 'incidentId', 'dueAt', 'gen', 'attempt')
if not effect[1] then return nil end
if effect[4] ~= gen then return { id, unpack(effect) } end
redis.call('DEL', p .. 'effect:' .. id)
redis.call('ZREM', p .. 'due', id)
return nil
