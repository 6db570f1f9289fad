-- The lock on services. It has no time limit: the save that ends the need for it lets it go.
-- ARGV     incident, the clock's line, most services at a time, the services
-- Returns  {'locked', fence, pause epoch}, {'paused', by, reason, until}, {'moved_on'} or {'held', service, incident}
local p = KEYS[1]
local id, now, most = ARGV[1], time_on(ARGV[2]), tonumber(ARGV[3])
local pause = redis.call('HMGET', p .. 'pause', 'paused', 'by', 'reason', 'until', 'epoch')
if pause[1] == '1' and (pause[4] == '' or now < tonumber(pause[4])) then return { 'paused', pause[2], pause[3], pause[4] } end
-- A process that slept may come for an incident that is through by now: no later save would ever let such a lock go.
if redis.call('HGET', p .. 'incident:' .. id, 'needsLock') == '0' then return { 'moved_on' } end

local wanted, count = {}, 0
for i = 4, #ARGV do
  if not wanted[ARGV[i]] then count = count + 1 end
  wanted[ARGV[i]] = true
end
local locks = redis.call('HGETALL', p .. 'locks')
local others, last = 0, nil
for i = 1, #locks, 2 do
  if locks[i + 1] ~= id then
    others, last = others + 1, i
    if wanted[locks[i]] then return { 'held', locks[i], locks[i + 1] } end
  elseif not wanted[locks[i]] then
    count = count + 1
  end
end
-- One incident may need several services at once (a drain), but not beside anybody else's.
if last and others + count > most then return { 'held', locks[last], locks[last + 1] } end

local fence = redis.call('HGET', p .. 'fences', id)
if not fence then
  fence = redis.call('INCR', p .. 'fence')
  redis.call('HSET', p .. 'fences', id, fence)
end
for service in pairs(wanted) do redis.call('HSET', p .. 'locks', service, id) end
return { 'locked', tonumber(fence), tonumber(pause[5] or '0') }
