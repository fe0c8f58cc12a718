"""Words of tables that say yes or no: English, German, French and Spanish."""

# In lower case. "no" is English and Spanish, "si" a "sí" without its accent.
YES = frozenset({"yes", "y", "true", "t", "ja", "wahr", "oui", "vrai", "sí", "si", "verdadero"})
NO = frozenset({"no", "n", "false", "f", "nein", "falsch", "non", "faux", "falso"})
