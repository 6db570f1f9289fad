-- ARGV     the clock's line, paused (1 or 0), by, reason, at, until ('': for ever), text, person and token of the audit's entry; only the line: nothing is changed.   Returns {now as text, the hash}. Every pause is a new epoch, so that what was authorised before it can't act after it.
local key = KEYS[1] .. 'pause'
if ARGV[2] == '1' then redis.call('HINCRBY', key, 'epoch', 1) end
if ARGV[2] then redis.call('HSET', key, 'paused', ARGV[2], 'by', ARGV[3], 'reason', ARGV[4], 'at', ARGV[5], 'until', ARGV[6]) end
if ARGV[2] then append_audit(KEYS[1], ARGV[7], ARGV[8], ARGV[9]) end
return { tostring(time_on(ARGV[1])), redis.call('HGETALL', key) }
