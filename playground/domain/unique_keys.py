"""YAML in which a key that stands twice is a mistake, as in `columns` written twice."""

from collections.abc import Hashable
from typing import Any

import yaml


class UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader that refuses what the plain one overwrites."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The mapping. Raises ConstructorError for a key that stands twice."""
        taken: set[str] = set()
        for key, _value in node.value:
            if key.value in taken:
                raise yaml.constructor.ConstructorError(
                    "while reading a mapping",
                    node.start_mark,
                    f"{key.value!r} stands twice",
                    key.start_mark,
                )
            taken.add(key.value)
        return super().construct_mapping(node, deep)
