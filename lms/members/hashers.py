from django.contrib.auth.hashers import Argon2PasswordHasher


class SmallArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB a hash, 2 rounds (OWASP's first choice for small memory) instead of Django's 100 MiB.

    Eight people who log in together would otherwise take 800 MiB of a village's machine.
    """

    algorithm = "argon2small"
    time_cost = 2
    memory_cost = 19456
    parallelism = 1
