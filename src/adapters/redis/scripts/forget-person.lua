-- A person is forgotten in one closed incident or one small record: his id is replaced where it stands by itself. The chain of the audit holds no id, and stays as it is.
-- ARGV     kind ('incident', 'record' or 'people'), incident's id, person's id (letters, digits and _ only), what stands for him then
-- Returns  1 when something was changed.
local p = KEYS[1]
local kind, id, person, instead = unpack(ARGV, 1, 4)
local pattern = '%f[%w_]' .. person .. '%f[^%w_]'
local function without(text) return string.gsub(text, pattern, instead) end

if kind == 'people' then
  if redis.call('HGET', p .. 'pause', 'by') == person then redis.call('HSET', p .. 'pause', 'by', instead) end
  local token = redis.call('HGET', p .. 'audit-people', person)
  if not token then return 0 end
  redis.call('HDEL', p .. 'audit-people', person)
  redis.call('HDEL', p .. 'audit-tokens', token)
  append_audit(p, id, '', '')
  return 1
end
if kind == 'record' then
  local text = redis.call('HGET', p .. 'records', id)
  if not text then return 0 end
  local changed, count = without(text)
  if count > 0 then redis.call('HSET', p .. 'records', id, changed) end
  return count > 0 and 1 or 0
end
-- What is open goes by who did what.
if redis.call('ZSCORE', p .. 'open', id) then return 0 end
local changed, count = without(redis.call('HGET', p .. 'incident:' .. id, 'json') or '')
if count > 0 then redis.call('HSET', p .. 'incident:' .. id, 'json', changed) end
for index, line in ipairs(redis.call('LRANGE', p .. 'timeline:' .. id, 0, -1)) do
  local other, more = without(line)
  if more > 0 then redis.call('LSET', p .. 'timeline:' .. id, index - 1, other) end
  count = count + more
end
return count > 0 and 1 or 0
