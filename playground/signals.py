"""What the other apps may want to know of playgrounds. Sent within the transaction that did it."""

from django.dispatch import Signal

# A playground has got its first rows; `sender` is Playground, `playground` the one.
playground_made = Signal()

# Columns have new names; `sender` is Playground, `playground` the one, `names` maps old to new.
# All at once: two columns may have swapped theirs.
columns_renamed = Signal()
