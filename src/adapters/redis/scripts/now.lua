-- ARGV     the clock's line.   Returns the application's time, as text: Redis would cut a number to a whole one.
return tostring(math.floor(time_on(ARGV[1])))
