-- An answer of the response cache, and a note that it was asked for now.
--
-- KEYS[1]  the answer   KEYS[2]  names by last use (us)
-- ARGV[1]  its name

local answer = redis.call('GET', KEYS[1])
if answer then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[2], 'XX', string.format('%.0f', time[1] * 1000000 + time[2]), ARGV[1])
end
return answer
