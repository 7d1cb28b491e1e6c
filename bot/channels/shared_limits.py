"""The limits of limits.py, counted over all processes when there is a Redis."""

from __future__ import annotations

from datetime import datetime

from bot import redis_server
from bot.channels.limits import Buckets
from renewal import settings

# One step, so that two processes cannot take the same token. The clock is the server's own.
_TAKE = """
local burst, per_second, least = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'left', 'since')
local left = tonumber(kept[1] or burst) + (now - tonumber(kept[2] or now)) * per_second
left = math.max(math.min(burst, left) - 1, least)
local wait = math.max(0, -left / per_second)
if ARGV[4] == 'refuse' and left < 0 then left = left + 1 end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'since', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - left) / per_second * 1000) + 1000)
return tostring(wait)
"""


class SharedBuckets:
    """Buckets in Redis; in this process as long as there is none, or it does not answer."""

    def __init__(self, name: str, alone: Buckets) -> None:
        self._name = name
        self._alone = alone

    async def wait(self, key: str, at: datetime, *, refuse: bool) -> float:
        """Take a token and return the seconds to wait before going on; see Buckets.wait."""
        redis = redis_server.usable()
        if redis is not None:
            # Hashed: an address is personal, and a conversation's id opens it.
            named = f"renewal:limit:{self._name}:{settings.keyed_hash(key)}"
            least = max(self._alone.least, -1e9)
            values = (self._alone.burst, self._alone.per_second, least)
            how = "refuse" if refuse else "owe"
            wait = await redis_server.ask(redis.eval(_TAKE, 1, named, *values, how))
            if wait is not None:
                return float(wait)
        return self._alone.wait(key, at, refuse=refuse)
