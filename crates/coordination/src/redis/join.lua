-- How a replica comes in, at its start and whenever it is in doubt what Redis has of it. It takes a new session; what its
-- old one held is void once the old one is closed, and a late command of the old one does nothing any more.
--
-- KEYS[1], "who is there", is a hash:
--   s<session>  when its lease ends (us)         e  the epoch: an emptied Redis has none
--   w<replica>  it has not yet said what it has   g  until when those are waited for (us)
--   d  somebody has told what the store has       o  budgets answer
--
-- ARGV[1]  'open', 'write' or 'close'   ARGV[2]  the new session   ARGV[3]  the replica's id

local unpack = struct.unpack
local time = redis.call('TIME')
local real = time[1] * 1000000 + time[2]
local who, step, session, replica = KEYS[1], ARGV[1], ARGV[2], ARGV[3]

local function text(number) return string.format('%.0f', number) end

-- ARGV[4] lease (us), ARGV[5] an epoch should there be none, ARGV[6...] replicas that may be there.
-- Answers the epoch.
if step == 'open' then
  if redis.call('HEXISTS', who, 'e') == 0 then
    redis.call('HSET', who, 'e', ARGV[5], 'g', text(real + ARGV[4]))
    for i = 6, #ARGV do redis.call('HSET', who, 'w' .. ARGV[i], '1') end
  end
  if redis.call('HEXISTS', who, 'o') == 0 then redis.call('HSET', who, 'w' .. replica, '1') end
  redis.call('HSET', who, 's' .. session, text(real + ARGV[4]))
  return redis.call('HGET', who, 'e')
end

if redis.call('HEXISTS', who, 's' .. session) == 0 then return '' end

-- ARGV[4] doubles, ARGV[5...] replicas. KEYS[2...] counters. Answers the session.
if step == 'write' then
  local changes, at = ARGV[4], 1
  while at <= #changes do
    local kind, key
    kind, key, at = unpack('<dd', changes, at)
    key = KEYS[key]
    if kind == 2 then
      local calls
      calls, at = unpack('<d', changes, at)
      redis.call('HSET', key, session, text(calls))
      redis.call('EXPIRE', key, 172800)
    elseif kind == 3 then
      local held, ttl
      held, ttl, at = unpack('<dd', changes, at)
      redis.call('HSET', key, 'h' .. session, text(held))
      if redis.call('TTL', key) < 0 then redis.call('EXPIRE', key, text(ttl)) end
    else
      local whose, spent, ttl
      whose, spent, ttl, at = unpack('<ddd', changes, at)
      local field = 's' .. ARGV[whose]
      if spent > tonumber(redis.call('HGET', key, field) or '-1') then redis.call('HSET', key, field, text(spent)) end
      if redis.call('TTL', key) < 0 then redis.call('EXPIRE', key, text(ttl)) end
    end
  end
  return session
end

-- 'close': ARGV[4] the session before, ARGV[5] '1' when this replica has told in this epoch what the store has.
if ARGV[4] ~= '' then redis.call('HDEL', who, 's' .. ARGV[4]) end
if ARGV[5] == '1' then
  redis.call('HDEL', who, 'w' .. replica)
  redis.call('HSET', who, 'd', '1')
end
return session
