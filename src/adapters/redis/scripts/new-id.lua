-- ARGV     an epoch, for a Redis that has none; 1 for a new number, else 0
-- Returns  {number, epoch}. The epoch is made when the Redis is new: after a reset numbers begin again, and nothing of before fits.
local p = KEYS[1]
local epoch = redis.call('GET', p .. 'epoch')
if not epoch then
  epoch = ARGV[1]
  redis.call('SET', p .. 'epoch', epoch)
end
return { ARGV[2] == '1' and redis.call('INCR', p .. 'number') or 0, epoch }
