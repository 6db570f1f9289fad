-- The details of a closed incident go, and one small record of it stays for ever.
-- ARGV     id, version, group, service, the record's JSON, text of the audit's entry (with the hash of what goes)
-- Returns  1, or 0 when it isn't what the caller read any more (an undo opened it again, say) or work of it is due.
local p = KEYS[1]
local id, version, group, service, record, entry = unpack(ARGV, 1, 6)
local incident = p .. 'incident:' .. id
if redis.call('HGET', incident, 'version') ~= version then return 0 end
if redis.call('ZSCORE', p .. 'open', id) then return 0 end
for _, effect in ipairs(redis.call('ZRANGE', p .. 'due', 0, -1)) do
  if string.sub(effect, 1, #id + 1) == id .. '.' then return 0 end
end
redis.call('HSET', p .. 'records', id, record)
append_audit(p, entry, '', '')
redis.call('DEL', incident, p .. 'timeline:' .. id)
redis.call('ZREM', p .. 'all', id)
redis.call('ZREM', p .. 'service:' .. service, id)
if redis.call('HGET', p .. 'closed-by-group', group) == id then redis.call('HDEL', p .. 'closed-by-group', group) end
return 1
