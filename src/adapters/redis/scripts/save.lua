-- Find-or-create, save and enqueue as one step: everything below happens, or nothing does.
-- KEYS[1]  the cluster's prefix, `{nightshift:<cluster>}:`; all keys are built from it and share its hash slot.
-- ARGV     id, version before (0: new), version after, JSON, group, service, openedAt, state, need of its lock (1: keeps it, 2: lets it go and may take it again, 0: neither), its line while it is open,
--          finished effect's id, gen, token ('' where there is none), the record of its end ('' where there is none), when it was over, `namespace/service`,
--          number of timeline lines, the lines, number of audit entries, text, person and token of each, then kind and dueAt of each effect.
-- Returns  {'conflict'}, {'superseded'} or {'saved', due effect, due effect, ...}
local p = KEYS[1]
local id, before, after, json, group, service, openedAt, state, keepsLock = unpack(ARGV, 1, 9)
local line, finishedId, finishedGen, finishedToken = unpack(ARGV, 10, 13)
local incident = p .. 'incident:' .. id

if (redis.call('HGET', incident, 'version') or '0') ~= before then return { 'conflict' } end
local open = redis.call('HGET', p .. 'open-by-group', group)
if before == '0' and open then return { 'conflict' } end
-- What somebody ends whose lease ran out counts only while nobody has followed: else it could speak for work that another does or has done.
if finishedToken ~= '' then
  local holder = redis.call('GET', p .. 'lease:' .. finishedId)
  local free = not holder and redis.call('HGET', p .. 'effect:' .. finishedId, 'gen') == finishedGen
  if holder ~= finishedToken and not free then return { 'superseded' } end
end

redis.call('HSET', incident, 'version', after, 'json', json, 'needsLock', keepsLock)
redis.call('ZADD', p .. 'all', openedAt, id)
redis.call('ZADD', p .. 'service:' .. service, openedAt, id)
if state == 'closed' then
  local closedNow = redis.call('ZREM', p .. 'open', id) == 1 or before == '0'
  redis.call('HDEL', p .. 'open-lines', id)
  if open == id then redis.call('HDEL', p .. 'open-by-group', group) end
  if closedNow then redis.call('HSET', p .. 'closed-by-group', group, id) end
else
  redis.call('ZADD', p .. 'open', openedAt, id)
  redis.call('HSET', p .. 'open-lines', id, line)
  -- An undo opens an incident again; where a newer one has the group by then, that one keeps it.
  redis.call('HSETNX', p .. 'open-by-group', group, id)
end

local outcome, over, of = unpack(ARGV, 14, 16)
if outcome ~= '' then
  redis.call('HSET', p .. 'outcomes', id, outcome)
  redis.call('ZADD', p .. 'outcomes-by-end', over, id)
  redis.call('ZADD', p .. 'outcomes-of:' .. of, over, id)
end

local at = 17
local lines = tonumber(ARGV[at])
for index = 1, lines do redis.call('RPUSH', p .. 'timeline:' .. id, ARGV[at + index]) end
at = at + lines + 1
local entries = tonumber(ARGV[at])
for entry = 0, entries - 1 do append_audit(p, unpack(ARGV, at + entry * 3 + 1, at + entry * 3 + 3)) end
at = at + entries * 3

local touched = {}
if finishedId ~= '' then
  local lease = p .. 'lease:' .. finishedId
  if finishedToken == '' or redis.call('GET', lease) == finishedToken then redis.call('DEL', lease) end
  if redis.call('HGET', p .. 'effect:' .. finishedId, 'gen') == finishedGen then
    redis.call('DEL', p .. 'effect:' .. finishedId)
    redis.call('ZREM', p .. 'due', finishedId)
  else
    touched[finishedId] = true
  end
end
for effect = at + 1, #ARGV, 2 do
  local kind, dueAt = ARGV[effect], ARGV[effect + 1]
  local effectId = id .. '.' .. kind
  redis.call('HSET', p .. 'effect:' .. effectId, 'kind', kind, 'incidentId', id, 'dueAt', dueAt, 'gen', after, 'attempt', 0)
  redis.call('HDEL', p .. 'effect:' .. effectId, 'failures')
  redis.call('ZADD', p .. 'due', dueAt, effectId)
  touched[effectId] = true
end

if keepsLock ~= '1' and redis.call('HEXISTS', p .. 'fences', id) == 1 then
  local locks = redis.call('HGETALL', p .. 'locks')
  for lock = 1, #locks, 2 do
    if locks[lock + 1] == id then redis.call('HDEL', p .. 'locks', locks[lock]) end
  end
  redis.call('HDEL', p .. 'fences', id)
end

local reply = { 'saved' }
for effectId in pairs(touched) do
  local effect = redis.call('HMGET', p .. 'effect:' .. effectId, 'kind', 'incidentId', 'dueAt', 'gen', 'attempt')
  if effect[1] then reply[#reply + 1] = { effectId, unpack(effect) } end
end
return reply
