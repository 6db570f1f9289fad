-- ARGV     effect's id, token, lease in ms.   Returns 1 while the lease is still the token's, else 0.
local lease = KEYS[1] .. 'lease:' .. ARGV[1]
if redis.call('GET', lease) ~= ARGV[2] then return 0 end
return redis.call('PEXPIRE', lease, ARGV[3])
