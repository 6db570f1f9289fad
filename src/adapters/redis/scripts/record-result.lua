-- ARGV     key, execution's id, worked (1 or 0).   Counts an execution once, however often it is told.
local p = KEYS[1]
if redis.call('SADD', p .. 'counted:' .. ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('HINCRBY', p .. 'results:' .. ARGV[1], 'tried', 1)
redis.call('HINCRBY', p .. 'results:' .. ARGV[1], 'worked', ARGV[3])
return 1
