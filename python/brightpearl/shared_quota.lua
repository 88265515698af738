-- Grants one client a part of an account's quota, by the server's clock. Each message says all that counts of its
-- sender, and replaces what was known before, so that one which is lost or doubled changes nothing.
-- KEYS[1]: the account's hash. ARGV: the client's name, the message's number, the latest time at which it may be
-- answered (0: any), how long a lease lasts, how many clients share the quota, the private share of each, for how long
-- a new hash waits for those that know more, and the demand as JSON.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local name, number, deadline = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local lease_ms, clients, share, grace = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local demand = cjson.decode(ARGV[8])
local period = demand.period_ms
-- What is sent in the last moment of a lease may be counted as much later.
local flight = period / 4

if deadline > 0 and now > deadline then
  return cjson.encode({ stale = true, now = now })
end

local account = { born = now, frozen = 0 }
local members = {}
local stored = redis.call('HGETALL', KEYS[1])
for index = 1, #stored, 2 do
  local held = cjson.decode(stored[index + 1])
  if stored[index] == '#' then
    account = held
  elseif stored[index] == name or held.ends + flight + period > now then
    members[stored[index]] = held
  else
    redis.call('HDEL', KEYS[1], stored[index])
  end
end
local known = members[name]
if known and number <= known.number then
  return cjson.encode({ stale = true, now = now })
end

local counts_until = {}
for index, left in ipairs(demand.counts_for) do
  counts_until[index] = now + left
end
local own = {
  since = known and known.since or now,
  number = number,
  ends = now + lease_ms,
  held = demand.out + demand.left + demand.private,
  counts_until = counts_until,
  normal = demand.normal,
  high = demand.high,
}
members[name] = own
account.frozen = math.max(account.frozen, now + demand.frozen_ms)

local function uses(member)
  local sum = member.held
  for _, ends in ipairs(member.counts_until) do
    if ends > now then
      sum = sum + 1
    end
  end
  return sum
end

-- Who is silent, or new in the place of somebody who was, may have used a private share.
local heard, steady, used, high_wanted, high_askers, next_ms = 0, 0, 0, 0, 0, lease_ms
local wishes = {}
for _, member in pairs(members) do
  local mine = uses(member)
  local wish = mine
  used = used + mine
  if member.ends > now then
    heard = heard + 1
    steady = steady + (member.since + period <= now and 1 or 0)
    wish = wish + member.normal + member.high
    high_wanted = high_wanted + member.high
    high_askers = high_askers + (member.high > 0 and 1 or 0)
  end
  wishes[#wishes + 1] = wish
  for _, ends in ipairs(member.counts_until) do
    if ends > now then
      next_ms = math.min(next_ms, ends - now)
    end
  end
end
local most = math.max(0, demand.quota - share * math.max(0, clients - steady))
local free = math.max(0, most - used)

-- The most that each may use so that all together use what there is.
table.sort(wishes)
local level, rest = most, most
for index, wish in ipairs(wishes) do
  local each = math.ceil(rest / (#wishes - index + 1))
  if wish > each then
    level = each
    break
  end
  rest = rest - wish
end

local high, normal = 0, 0
if account.frozen <= now and account.born + grace <= now then
  if demand.high > 0 then
    high = math.min(demand.high, math.ceil(free / high_askers))
  end
  -- What other clients want in the high lane goes before.
  local left = free - high - (high_wanted - demand.high) - demand.reserve
  normal = math.max(0, math.min(demand.normal, level - uses(own) - high, left))
else
  next_ms = math.min(next_ms, math.max(account.frozen, account.born + grace) - now)
end
own.held = own.held + high + normal
own.normal = demand.normal - normal
own.high = demand.high - high

redis.call('HSET', KEYS[1], '#', cjson.encode(account), name, cjson.encode(own))
-- Long beyond any wait: an account whose hash is gone begins with the grace.
redis.call('PEXPIRE', KEYS[1], math.max(604800000, period * 10))
return cjson.encode({
  now = now,
  requests = demand.left + normal,
  high = high,
  next_ms = math.max(next_ms, 0),
  heard = heard,
})
