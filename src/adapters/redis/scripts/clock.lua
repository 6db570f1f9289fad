-- Goes before every script. The application's time by this server's own clock, so that replicas need not agree on the time: `line` is `at realAt speed`, see domain/clock.ts.
local function time_on(line)
  local at, real, speed = string.match(line, '^(%S+) (%S+) (%S+)$')
  local t = redis.call('TIME')
  return tonumber(at) + (t[1] * 1000 + t[2] / 1000 - tonumber(real)) * tonumber(speed)
end
