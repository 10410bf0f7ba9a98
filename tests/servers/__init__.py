"""Real servers for the tests: started on free loopback ports, gone when the tests are gone.

Each module has one context manager that takes a directory to live in and gives a
small record with the address of a ready server: ``postgres.postgres``,
``redis.redis`` and ``s3.s3``. They raise ``process.Missing`` where the machine has
not got the program. A server is stopped when its context ends, and by the kernel
when the process that started it dies in any other way.
"""
