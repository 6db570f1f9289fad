-- The last look before acting: time, pause, fence and the worker's own lease in one step.
-- ARGV     incident, fence, pause epoch, the clock's line, effect's id, its lease's token, not after ('': no limit)
-- Returns  {'yes'}, {'paused', by, reason, until}, {'was_paused', by}, {'too_late'}, {'lost'} or {'lease_lost'}
local p = KEYS[1]
local id, fence, epoch, line, effect, token, notAfter = unpack(ARGV, 1, 7)
local now = time_on(line)
local pause = redis.call('HMGET', p .. 'pause', 'paused', 'by', 'reason', 'until', 'epoch')
if pause[1] == '1' and (pause[4] == '' or now < tonumber(pause[4])) then return { 'paused', pause[2], pause[3], pause[4] } end
if (pause[5] or '0') ~= epoch then return { 'was_paused' } end
if redis.call('HGET', p .. 'fences', id) ~= fence then return { 'lost' } end
if redis.call('GET', p .. 'lease:' .. effect) ~= token then return { 'lease_lost' } end
if notAfter ~= '' and now > tonumber(notAfter) then return { 'too_late' } end
return { 'yes' }
