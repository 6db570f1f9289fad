-- The last look before acting: pause and fence in one step.
-- ARGV     incident, fence, pause epoch, now (application's clock)
-- Returns  {'yes'}, {'paused', by, reason, until}, {'was_paused', by} or {'lost'}
local p = KEYS[1]
local id, fence, epoch, now = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local pause = redis.call('HMGET', p .. 'pause', 'paused', 'by', 'reason', 'until', 'epoch')
if pause[1] == '1' and (pause[4] == '' or now < tonumber(pause[4])) then return { 'paused', pause[2], pause[3], pause[4] } end
if (pause[5] or '0') ~= epoch then return { 'was_paused' } end
if redis.call('HGET', p .. 'fences', id) ~= fence then return { 'lost' } end
return { 'yes' }
