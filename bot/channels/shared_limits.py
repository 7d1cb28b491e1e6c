"""The limits of limits.py, counted over all processes when there is a Redis."""

from __future__ import annotations

from datetime import datetime

from bot import redis_server
from bot.channels.limits import Buckets
from renewal import settings

# One step, so that two processes cannot take the same token. The clock is the server's own; set back,
# it gives no tokens and takes none.
_TAKE = """
local burst, per_second, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'left', 'since')
local passed = math.max(0, now - tonumber(kept[2] or now))
local left = math.min(burst, tonumber(kept[1] or burst) + passed * per_second)
local wait = math.max(0, (1 - left) / per_second)
if wait <= longest then left = left - 1 end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'since', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - left) / per_second * 1000) + 1000)
return tostring(wait)
"""


class SharedBuckets:
    """Buckets in Redis; in this process as long as there is none, or it does not answer."""

    def __init__(self, name: str, alone: Buckets) -> None:
        self._name = name
        self._alone = alone

    @property
    def longest_wait(self) -> float:
        """The seconds that somebody waits at most; more is a refusal."""
        return self._alone.longest_wait

    async def wait(self, key: str, at: datetime) -> float:
        """Take a token and return the seconds to wait before going on; see Buckets.wait."""
        redis = redis_server.usable()
        if redis is not None:
            # Hashed: an address is personal, and a conversation's id opens it.
            named = f"renewal:limit:{self._name}:{settings.keyed_hash(key)}"
            values = (self._alone.burst, self._alone.per_second, self.longest_wait)
            wait = await redis_server.ask(redis.eval(_TAKE, 1, named, *values))
            if wait is not None:
                return float(wait)
        return self._alone.wait(key, at)
