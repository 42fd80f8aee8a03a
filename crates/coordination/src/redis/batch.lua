-- One round of one replica: first what it has to put right, then what its calls ask for, in their order. All of it is one
-- step for everybody else. The arithmetic is that of `policy::limits`; the contract suite compares them.
--
-- KEYS[1]  who is there (see join.lua); KEYS[2...] the counters, each once. All share one hash tag, so one slot.
-- ARGV[1]  this replica's session   ARGV[2]  its id
-- ARGV[3]  doubles: how far a caller's clock may be from ours (us), lease (us), whether to renew it
-- ARGV[4]  doubles: what to put right    ARGV[5...]  an ask each
--
-- The answer is one string of doubles, whatever was asked. First: 0, or 1 for "your session is over, nothing was done";
-- our time in us; whether budgets answer. Then per ask as written by `ask` and `look`.
--
-- Numbers are doubles: exact to 2^53, which is 9 million dollars in nano-dollars.

local pack, unpack, sub, floor = struct.pack, struct.unpack, string.sub, math.floor
local session, replica = ARGV[1], ARGV[2]
local skew, lease, renew = unpack('<ddd', ARGV[3])
local time = redis.call('TIME')
local real = time[1] * 1000000 + time[2]

local function text(number) return string.format('%.0f', number) end

-- Who is there

local alive, open, seeded, awaited, grace = {}, false, false, 0, 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local kind, name, value = sub(fields[i], 1, 1), sub(fields[i], 2), fields[i + 1]
  if kind == 's' then
    if tonumber(value) > real then alive[name] = true else redis.call('HDEL', KEYS[1], fields[i]) end
  elseif kind == 'w' then awaited = awaited + 1
  elseif kind == 'g' then grace = tonumber(value)
  elseif kind == 'd' then seeded = true
  elseif kind == 'o' then open = true
  end
end
if not alive[session] then return pack('<ddd', 1, real, 0) end
if not open and seeded and (awaited == 0 or real > grace) then
  redis.call('HSET', KEYS[1], 'o', '1')
  open = true
end
if renew == 1 then redis.call('HSET', KEYS[1], 's' .. session, text(real + lease)) end

-- Rings: a string of doubles: the newest sub-window, the total, then the 61 counts. While we work, the newest count is
-- beside the string.

local EMPTY = string.rep('\0', 488)
local rings = {}

local function count(ring, slot)
  if slot == ring.newest then return ring.count end
  return (unpack('<d', ring.counts, 1 + 8 * (slot % 61)))
end

local function put(ring, slot, value)
  if slot == ring.newest then ring.count = value return end
  local at = 8 * (slot % 61)
  ring.counts = sub(ring.counts, 1, at) .. pack('<d', value) .. sub(ring.counts, at + 9)
end

local function stored(ring)
  local at = 8 * (ring.newest % 61)
  return sub(ring.counts, 1, at) .. pack('<d', ring.count) .. sub(ring.counts, at + 9)
end

local function ring_at(key, slot_us, now)
  local ring, slot = rings[key], floor(now / slot_us)
  if not ring then
    local was = redis.call('GET', key)
    if was then
      local newest, total = unpack('<dd', was)
      local counts = sub(was, 17)
      ring = {newest = newest, total = total, counts = counts, slot_us = slot_us}
      ring.count = (unpack('<d', counts, 1 + 8 * (newest % 61)))
    else
      ring = {newest = slot, total = 0, counts = EMPTY, count = 0, slot_us = slot_us}
    end
    rings[key] = ring
  end
  if slot > ring.newest then
    if slot - ring.newest >= 61 then
      ring.counts, ring.total = EMPTY, 0
    else
      ring.counts = stored(ring)
      for left = ring.newest + 1, slot do
        local at = 8 * (left % 61)
        local gone = unpack('<d', ring.counts, 1 + at)
        if gone > 0 then
          ring.total = ring.total - gone
          ring.counts = sub(ring.counts, 1, at) .. pack('<d', 0) .. sub(ring.counts, at + 9)
        end
      end
    end
    ring.newest, ring.count = slot, 0
  end
  return ring
end

local function ring_wait(ring, now, amount, max)
  if amount > max then return -1 end
  local left = ring.total
  for slot = ring.newest - 60, ring.newest do
    left = left - count(ring, slot)
    if left + amount <= max then return math.max((slot + 61) * ring.slot_us - now, 1) end
  end
  return -1
end

local function ring_settle(ring, slot, from, to)
  local kept = slot <= ring.newest and ring.newest - slot < 61
  local more = to - from
  if more >= 0 then
    if not kept then slot = ring.newest end
  elseif kept then
    more = -math.min(-more, count(ring, slot))
  else
    return
  end
  put(ring, slot, count(ring, slot) + more)
  ring.total = ring.total + more
  ring.dirty = true
end

-- Gauges: session -> calls. Purses: s<replica> -> spent, h<session> -> held. Who is gone holds nothing.

local gauges, purses = {}, {}

local function gauge_at(key)
  local gauge = gauges[key]
  if gauge then return gauge end
  gauge = {mine = 0, others = 0}
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    if fields[i] == session then gauge.mine = tonumber(fields[i + 1])
    elseif alive[fields[i]] then gauge.others = gauge.others + tonumber(fields[i + 1])
    else redis.call('HDEL', key, fields[i]) end
  end
  gauges[key] = gauge
  return gauge
end

local function purse_at(key)
  local purse = purses[key]
  if purse then return purse end
  purse = {spent = 0, mine = 0, others = 0, told = 0, fresh = true}
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    local name, value = sub(fields[i], 2), tonumber(fields[i + 1])
    purse.fresh = false
    if sub(fields[i], 1, 1) == 's' then
      purse.spent = purse.spent + value
      if name == replica then purse.told = value end
    elseif name == session then purse.mine = value
    elseif alive[name] then purse.others = purse.others + value
    else redis.call('HDEL', key, fields[i]) end
  end
  purses[key] = purse
  return purse
end

-- What is to be put right

local changes, at = ARGV[4], 1
while at <= #changes do
  local kind, key
  kind, key, at = unpack('<dd', changes, at)
  key = KEYS[key]
  if kind == 1 then
    local slot_us, slot, from, to, now
    slot_us, slot, from, to, now, at = unpack('<ddddd', changes, at)
    now = math.max(math.min(now, real + skew), real - skew)
    ring_settle(ring_at(key, slot_us, now), slot, from, to)
  elseif kind == 2 then
    local gauge = gauge_at(key)
    gauge.mine, at = unpack('<d', changes, at)
    gauge.dirty = true
  elseif kind == 3 then
    local purse, held, spent = purse_at(key), 0, 0
    held, spent, purse.ttl, at = unpack('<ddd', changes, at)
    if held ~= purse.mine then purse.mine, purse.held_dirty = held, true end
    if spent > purse.told then
      purse.spent = purse.spent + spent - purse.told
      purse.told, purse.spent_dirty = spent, true
    end
  else
    redis.call('DEL', key)
    rings[key] = nil
  end
end

-- What is asked for. A claim is five doubles: kind, key, amount, maximum, and the length of a ring's sub-windows or the
-- seconds a purse is kept.

local out = {pack('<ddd', 0, real, open and 1 or 0)}

local function refuses(claim, now)
  local kind, key, amount, max = claim[1], claim[2], claim[3], claim[4]
  if kind == 1 then
    local ring = ring_at(key, claim[5], now)
    if ring.total + amount <= max then return nil end
    return ring.total, ring_wait(ring, now, amount, max)
  elseif kind == 2 then
    local gauge = gauge_at(key)
    local used = gauge.mine + gauge.others
    if used + amount <= max then return nil end
    return used, -1
  end
  local purse = purse_at(key)
  local taken = purse.spent + purse.mine + purse.others
  if taken < max and taken + amount <= max then return nil end
  return taken, -1
end

local function first_refusal(claims, now)
  for i = 1, #claims do
    local used, wait = refuses(claims[i], now)
    if used then return i - 1, used, wait end
  end
end

local function take(claims, now, slots)
  for i = 1, #claims do
    local claim = claims[i]
    local kind, key, amount = claim[1], claim[2], claim[3]
    if kind == 1 then
      local ring = ring_at(key, claim[5], now)
      ring.count, ring.total, ring.dirty = ring.count + amount, ring.total + amount, true
      slots[#slots + 1] = pack('<d', ring.newest)
    elseif kind == 2 then
      local gauge = gauge_at(key)
      gauge.mine, gauge.dirty = gauge.mine + amount, true
    else
      local purse = purse_at(key)
      purse.mine, purse.held_dirty, purse.ttl = purse.mine + amount, true, claim[5]
    end
  end
end

-- Answers: which choice (-1: refused before any, -2: by all, -3: budgets do not answer), the number of refusals, each as
-- choice, claim, used, wait; then the number of rings taken and the sub-window of each.
local function ask(op, at, now)
  local always, choices, n_always, n_choices = {}, {}, 0, 0
  n_always, n_choices, at = unpack('<dd', op, at)
  local counts = {}
  for i = 1, n_choices do counts[i], at = unpack('<d', op, at) end
  local budgets = false
  local function read(n, into)
    for i = 1, n do
      local claim = {}
      claim[1], claim[2], claim[3], claim[4], claim[5], at = unpack('<ddddd', op, at)
      claim[2] = KEYS[claim[2]]
      if claim[1] == 3 then budgets = true end
      into[i] = claim
    end
  end
  read(n_always, always)
  for i = 1, n_choices do
    choices[i] = {}
    read(counts[i], choices[i])
  end
  if budgets and not open then out[#out + 1] = pack('<ddd', -3, 0, 0) return end
  local claim, used, wait = first_refusal(always, now)
  if claim then out[#out + 1] = pack('<ddddddd', -1, 1, 0, claim, used, wait, 0) return end
  local refusals = {}
  for i = 1, n_choices do
    claim, used, wait = first_refusal(choices[i], now)
    if not claim then
      local slots = {}
      take(always, now, slots)
      take(choices[i], now, slots)
      out[#out + 1] = pack('<dd', i - 1, #refusals) .. table.concat(refusals)
      out[#out + 1] = pack('<d', #slots) .. table.concat(slots)
      return
    end
    refusals[#refusals + 1] = pack('<dddd', i - 1, claim, used, wait)
  end
  out[#out + 1] = pack('<dd', -2, #refusals) .. table.concat(refusals) .. pack('<d', 0)
end

-- Answers used and reserved of each.
local function look(op, at, now)
  while at <= #op do
    local kind, key, slot_us, used, reserved = 0, 0, 0, 0, 0
    kind, key, slot_us, at = unpack('<ddd', op, at)
    key = KEYS[key]
    if kind == 1 then used = ring_at(key, slot_us, now).total
    elseif kind == 2 then
      local gauge = gauge_at(key)
      used = gauge.mine + gauge.others
    else
      local purse = purse_at(key)
      used, reserved = purse.spent, purse.mine + purse.others
    end
    out[#out + 1] = pack('<dd', used, reserved)
  end
end

for i = 5, #ARGV do
  local what, now, at = unpack('<dd', ARGV[i])
  now = math.max(math.min(now, real + skew), real - skew)
  if what == 0 then ask(ARGV[i], at, now) else look(ARGV[i], at, now) end
end

-- What has changed

for key, ring in pairs(rings) do
  if ring.dirty then
    local keep = text(math.ceil(ring.slot_us * 62 / 1000))
    redis.call('SET', key, pack('<dd', ring.newest, ring.total) .. stored(ring), 'PX', keep)
  end
end
for key, gauge in pairs(gauges) do
  if gauge.dirty then
    if gauge.mine > 0 then
      redis.call('HSET', key, session, text(gauge.mine))
      redis.call('EXPIRE', key, 172800)
    else
      redis.call('HDEL', key, session)
    end
  end
end
for key, purse in pairs(purses) do
  if purse.held_dirty and purse.spent_dirty then
    redis.call('HSET', key, 'h' .. session, text(purse.mine), 's' .. replica, text(purse.told))
  elseif purse.held_dirty then
    redis.call('HSET', key, 'h' .. session, text(purse.mine))
  elseif purse.spent_dirty then
    redis.call('HSET', key, 's' .. replica, text(purse.told))
  end
  if purse.fresh and (purse.held_dirty or purse.spent_dirty) then redis.call('EXPIRE', key, text(purse.ttl)) end
end

return table.concat(out)
