"""What ends a benchmark with a sentence instead of a traceback."""


class BenchFailure(Exception):
    pass
