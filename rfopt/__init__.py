"""rfopt: from a walk test in a high-rise flat to a parameter change plan."""

__version__ = "0.1.0"
