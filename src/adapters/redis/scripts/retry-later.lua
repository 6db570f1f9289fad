-- An effect wasn't done: it is due again, one attempt more. A newer one of the same id stays as it is.
-- ARGV     effect's id, gen, token, dueAt, whether it failed (1) or only wants to look again (0): failures are counted as long as nothing else comes between
-- Returns  the effect that is due now, or nil when somebody else has the lease or there is nothing due.
local p = KEYS[1]
local id, gen, token, dueAt, failed = unpack(ARGV)
local holder = redis.call('GET', p .. 'lease:' .. id)
if holder and holder ~= token then return nil end
redis.call('DEL', p .. 'lease:' .. id)
local key = p .. 'effect:' .. id
local current = redis.call('HGET', key, 'gen')
if not current then return nil end
if current == gen then
  redis.call('HSET', key, 'dueAt', dueAt)
  redis.call('HINCRBY', key, 'attempt', 1)
  if failed == '1' then redis.call('HINCRBY', key, 'failures', 1) else redis.call('HDEL', key, 'failures') end
  redis.call('ZADD', p .. 'due', dueAt, id)
end
return { id, unpack(redis.call('HMGET', key, 'kind', 'incidentId', 'dueAt', 'gen', 'attempt')) }
