"""Running it for a city: the compose file, the proxy, the units, and the same thing on one desk."""
