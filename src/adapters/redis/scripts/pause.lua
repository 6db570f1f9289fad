-- ARGV     paused (1 or 0), by, reason, at, until ('': for ever).   Returns the hash. Every pause is a new epoch, so that what was authorised before it can't act after it.
local key = KEYS[1] .. 'pause'
if ARGV[1] == '1' then redis.call('HINCRBY', key, 'epoch', 1) end
redis.call('HSET', key, 'paused', ARGV[1], 'by', ARGV[2], 'reason', ARGV[3], 'at', ARGV[4], 'until', ARGV[5])
return redis.call('HGETALL', key)
