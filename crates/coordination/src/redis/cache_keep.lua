-- Keeps an answer of the response cache, or forgets some.
--
-- Redis must not evict by itself, since it would forget limits: so what all answers take together is counted here, and those
-- go first that were asked for longest ago. Redis removes each answer when its time is over; what was noted of it goes with
-- the next answers that are kept.
--
-- KEYS[1]  names by last use (us)   KEYS[2]  names by end (us)   KEYS[3]  name to bytes, and `total`
-- ARGV[1]  what the name of an answer's key begins with
-- ARGV[2]  `keep` or `purge`
-- keep:    ARGV[3]  its name   ARGV[4]  the answer   ARGV[5]  how long, ms   ARGV[6]  room for all, bytes
-- purge:   ARGV[3]  how many at most
--
-- Answers: keep 1; 0 when it is larger than the room; -1 when not enough could be forgotten in one step. purge how many.

local used, ends, sizes, prefix = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
-- What an answer takes beside its bytes.
local OVERHEAD = 256
-- A step must not hold up the counters.
local MOST = 500
-- Longer than any answer is kept.
local IDLE_MS = 8 * 86400 * 1000

local total = tonumber(redis.call('HGET', sizes, 'total') or '0')

local function forget(name)
  total = total - tonumber(redis.call('HGET', sizes, name) or '0')
  redis.call('UNLINK', prefix .. name)
  redis.call('ZREM', used, name)
  redis.call('ZREM', ends, name)
  redis.call('HDEL', sizes, name)
end

local function settle()
  if redis.call('ZCARD', used) == 0 then
    redis.call('DEL', used, ends, sizes)
    return
  end
  redis.call('HSET', sizes, 'total', string.format('%.0f', total))
  for _, key in ipairs({used, ends, sizes}) do redis.call('PEXPIRE', key, IDLE_MS) end
end

if ARGV[2] == 'purge' then
  local names = redis.call('ZRANGE', used, 0, ARGV[3] - 1)
  for _, name in ipairs(names) do forget(name) end
  settle()
  return #names
end

local name, answer, ttl, room = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local size = #answer + OVERHEAD
forget(name)
local kept = 0
if size <= room then
  local over = redis.call('ZRANGEBYSCORE', ends, '-inf', string.format('%.0f', now), 'LIMIT', 0, MOST)
  for _, gone in ipairs(over) do forget(gone) end
  local left = MOST
  while total + size > room and left > 0 do
    local oldest = redis.call('ZRANGE', used, 0, 0)[1]
    if not oldest then
      total = 0
      break
    end
    forget(oldest)
    left = left - 1
  end
  if total + size > room then
    kept = -1
  else
    redis.call('SET', prefix .. name, answer, 'PX', ttl)
    redis.call('ZADD', used, string.format('%.0f', now), name)
    redis.call('ZADD', ends, string.format('%.0f', now + ttl * 1000), name)
    redis.call('HSET', sizes, name, size)
    total = total + size
    kept = 1
  end
end
settle()
return kept
