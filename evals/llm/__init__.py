"""Everything that talks to a model: contract, clients, guard, prices, limits."""
