"""The data of the sample playground: support questions of an invented outdoor shop."""
